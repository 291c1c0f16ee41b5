//! Calls of the control plane: of a server in this process without a socket between, of any other over HTTP. Both are the
//! same calls.

use std::time::Duration;

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

/// How long a server elsewhere may take to answer, beside what it is told to wait.
const PATIENCE: Duration = Duration::from_secs(10);

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
    patience: Duration,
}

/// What a call answered.
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Control {
    pub fn new(way: Way, token: Option<Token>, background: Background) -> Control {
        Control { way, token, background, patience: PATIENCE }
    }

    /// The same for a call that may take so much longer.
    pub fn waiting(&self, within: Duration) -> Control {
        Control { patience: PATIENCE + within, ..self.clone() }
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
        let authority = self.way.authority();
        let broken = |what: String| Error::Broken { server: authority.to_owned(), what };
        let mut request = Request::builder().method(method).uri(format!("{PREFIX}/{path}")).header(header::HOST, authority);
        request = request.header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.as_str()));
        }
        let request = request.body(Body::from(body.unwrap_or_default())).map_err(|error| broken(error.to_string()))?;
        let answer = self.background.run(self.way.clone().exchange(request, self.patience)).await;
        let (head, body) = answer.unwrap_or_else(|| Err(broken("the call panicked, please report it".to_owned())))?.into_parts();
        Ok(Answer { status: head.status, body })
    }
}

impl Way {
    fn authority(&self) -> &str {
        match self {
            Way::Here(_) => "localhost",
            Way::There(target) => target.authority(),
        }
    }

    async fn exchange(self, request: Request<Body>, patience: Duration) -> Result<Response<Bytes>, Error> {
        let broken = |what: String| Error::Broken { server: self.authority().to_owned(), what };
        match &self {
            Way::There(target) => {
                let in_time = tokio::time::timeout(patience, target.exchange(request)).await;
                in_time.unwrap_or_else(|_| Err(broken(format!("no answer within {}", text::duration(patience)))))
            }
            Way::Here(app) => {
                let (head, body) = app.answer(request).await.into_parts();
                let body = body.collect().await.map_err(|error| broken(error.to_string()))?;
                Ok(Response::from_parts(head, body.to_bytes()))
            }
        }
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
