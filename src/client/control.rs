//! Calls of the control plane: of a server in this process without a socket between, of any other over HTTP. Both are the
//! same calls.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use hyper::{Method, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Error;
use super::background::Background;
use super::dial::Target;
use super::error::Refusal;
use crate::admin::PREFIX;
use crate::domain::ids::Token;
use crate::domain::text;
use crate::server::App;

/// Who answers.
#[derive(Clone)]
pub enum Way {
    /// This process.
    Here(App),
    /// Another one.
    There(Target),
}

/// The control plane of one server.
#[derive(Clone)]
pub struct Control {
    way: Way,
    token: Option<Token>,
    background: Background,
}

/// What a call answered.
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Control {
    pub fn new(way: Way, token: Option<Token>, background: Background) -> Control {
        Control { way, token, background }
    }

    /// What its calls run on.
    pub fn background(&self) -> Background {
        self.background
    }

    /// Calls, and reads the answer of a success.
    pub async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> Result<T, Error> {
        let answer = self.send(method, path, body.map(Value::to_string), "application/json").await?.succeeded()?;
        answer.read()
    }

    /// Calls, whatever the answer says.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>, accept: &str) -> Result<Answer, Error> {
        let authority = match &self.way {
            Way::Here(_) => "localhost",
            Way::There(target) => target.authority(),
        };
        let mut request = Request::builder().method(method).uri(format!("{PREFIX}/{path}")).header(header::HOST, authority);
        request = request.header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.as_str()));
        }
        let request = request.body(Body::from(body.unwrap_or_default())).map_err(|error| Error::Unexpected(error.to_string()))?;
        let answer = self.background.run(self.way.clone().exchange(request)).await;
        let (head, body) = answer.unwrap_or_else(|| Err(Error::Unexpected("none, the call failed".to_owned())))?.into_parts();
        Ok(Answer { status: head.status, body })
    }
}

impl Way {
    async fn exchange(self, request: Request<Body>) -> Result<Response<Bytes>, Error> {
        let app = match self {
            Way::There(target) => return target.exchange(request).await,
            Way::Here(app) => app,
        };
        let (head, body) = app.answer(request).await.into_parts();
        let body = body.collect().await.map_err(|error| Error::Unexpected(error.to_string()))?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

impl Answer {
    /// An error unless the call succeeded.
    pub fn succeeded(self) -> Result<Answer, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        let refusal: Refusal = self.read()?;
        Err(refusal.with(self.status.as_u16()))
    }

    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::Unexpected(format!("{}, {error}: {}", self.status, text::short(&String::from_utf8_lossy(&self.body)))))
    }

    pub fn text(self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
