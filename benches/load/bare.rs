//! The limit that our figures are compared with: hyper on the same runtime, which answers with bytes that it holds already.
//!
//! `bare PORT FILE [METHOD PREFIX FILE]...`: port 0 takes a free one. A request of that method, whose path begins so, is answered
//! with the second file, the first row that fits; every other request with the first.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

struct Answers {
    rows: Vec<(Method, String, Bytes)>,
    otherwise: Bytes,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, otherwise, rows @ ..] = arguments.as_slice() else { return Err("usage: bare PORT FILE [METHOD PREFIX FILE]...".into()) };
    let mut answers = Answers { rows: Vec::new(), otherwise: std::fs::read(otherwise)?.into() };
    for row in rows.chunks(3) {
        let [method, prefix, file] = row else { return Err("a row is METHOD PREFIX FILE".into()) };
        answers.rows.push((method.parse()?, prefix.clone(), std::fs::read(file)?.into()));
    }
    let answers = Arc::new(answers);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse()?)).await?;
    writeln!(io::stdout(), "ready url=http://{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        let service = service_fn(move |request| answer(request, Arc::clone(&answers)));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Reads the request to its end, as a server must, and looks at nothing but its line.
async fn answer(request: Request<Incoming>, answers: Arc<Answers>) -> Result<Response<Full<Bytes>>, Infallible> {
    let fits = |(method, prefix, _): &&(Method, String, Bytes)| request.method() == method && request.uri().path().starts_with(prefix);
    let body = answers.rows.iter().find(fits).map_or(&answers.otherwise, |(.., body)| body).clone();
    drop(request.into_body().collect().await);
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
