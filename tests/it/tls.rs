//! HTTPS beside HTTP: a server with `--tls`, and a client that trusts what it is told to.

mod ca;
mod faults;
mod misuse;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned, SupportedProtocolVersion};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vchatcloud_mock::admin::Access;
use vchatcloud_mock::emulator::Settings;
use vchatcloud_mock::fixture::Fixtures;
use vchatcloud_mock::launch::{Config, Tls};
use vchatcloud_mock::server::{Host, Timeouts};

use crate::process::{FREE, Process};
use crate::wire::read_one;

const KEYS: &str = "Host: vchatcloud.com\r\nAPI_KEY: demo-key\r\nX-AUTH-TOKEN: demo-token\r\n";

/// A server with the demo that speaks both; it stops when it is dropped.
pub struct Both {
    pub port: u16,
    pub stop: oneshot::Sender<()>,
    pub serving: JoinHandle<()>,
}

impl Both {
    pub fn start() -> Both {
        Both::with(&[], Access::default())
    }

    pub fn with(names: &[&str], access: Access) -> Both {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let settings = Settings { fixtures: Fixtures::demo().unwrap(), ..Settings::default() };
        let tls = Some(Tls { names, directory: None });
        let config =
            Config { host: Host::Localhost, port: 0, port_file: None, settings, state: None, access, tls, timeouts: Timeouts::default() };
        let launched = config.launch().unwrap();
        let (port, (stop, stopped)) = (launched.server.port(), oneshot::channel::<()>());
        let serving = tokio::spawn(launched.server.serve(launched.app, async { drop(stopped.await) }));
        Both { port, stop, serving }
    }

    /// A client that trusts the server's CA and calls it by that name.
    pub fn https(&self, name: &str) -> Client {
        Client::open(self.port, &ca_of(self.port), name, &[&TLS12, &TLS13])
    }
}

/// Calls without TLS.
pub fn http(port: u16, request: &str) -> String {
    let mut stream = connect(port);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The certificate that a server hands out.
pub fn ca_of(port: u16) -> String {
    let answer = http(port, "GET /__admin/ca.pem HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n");
    let (head, pem) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\ncontent-type: application/x-pem-file\r\n"), "{answer}");
    pem.to_owned()
}

pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// A connection with TLS on it.
pub struct Client(pub StreamOwned<ClientConnection, TcpStream>);

impl Client {
    pub fn open(port: u16, ca: &str, name: &str, versions: &[&'static SupportedProtocolVersion]) -> Client {
        Client::over(connect(port), ca, name, versions)
    }

    pub fn over(stream: TcpStream, ca: &str, name: &str, versions: &[&'static SupportedProtocolVersion]) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_protocol_versions(versions).unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from(name.to_owned()).unwrap();
        Client(StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream))
    }

    pub fn send(&mut self, request: &str) {
        self.0.write_all(request.as_bytes()).unwrap();
    }

    /// One answer on a connection that stays open.
    pub fn ask(&mut self, request: &str) -> String {
        self.send(request);
        read_one(&mut self.0)
    }

    /// Everything that comes, and whether it ends with TLS's own good-bye.
    pub fn exchange(&mut self, request: &str) -> (String, Result<(), ErrorKind>) {
        let sent = self.0.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let ended = sent.and_then(|()| self.0.read_to_end(&mut answer).map(drop));
        (String::from_utf8(answer).unwrap(), ended.map_err(|error| error.kind()))
    }

    /// What the handshake comes to.
    pub fn handshake(&mut self) -> Result<(), String> {
        self.0.conn.complete_io(&mut self.0.sock).map(drop).map_err(|error| error.to_string())
    }
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{KEYS}\r\n")
}

pub fn directory_flag(directory: &Path) -> [&str; 4] {
    ["--port", "0", "--tls-dir", directory.to_str().unwrap()]
}

/// The same rooms either way, on the same port; each connection takes more than one request.
#[tokio::test(flavor = "multi_thread")]
async fn http_and_https_on_the_same_port() {
    let server = Both::start();
    let mut plain = connect(server.port);
    let mut tls = server.https("vchatcloud.com");
    let create = "POST /openapi/v1/rooms?roomName=Both&maxUser=5 HTTP/1.1\r\nContent-Length: 0\r\n";
    for turn in 1..=3 {
        assert!(tls.ask(&format!("{create}{KEYS}\r\n")).starts_with("HTTP/1.1 200 OK\r\n"));
        plain.write_all(get("/openapi/v2/rooms").as_bytes()).unwrap();
        let list = read_one(&mut plain);
        assert_eq!(list.matches(r#""roomName":"Both""#).count(), turn, "{list}");
        let same = tls.ask(&get("/openapi/v2/rooms"));
        assert_eq!(list.split("\r\n\r\n").nth(1), same.split("\r\n\r\n").nth(1));
    }
    assert_eq!(tls.0.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(tls.0.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    tls.0.conn.send_close_notify();
    assert_eq!(tls.exchange(""), (String::new(), Ok(())));
}

/// Whoever trusts the CA is content with each of the names, by TLS 1.2 as well, which is what old clients speak.
#[tokio::test(flavor = "multi_thread")]
async fn every_name_of_the_certificate() {
    let server = Both::with(&["Mock.Test", "192.0.2.7", "2001:db8::7"], Access::default());
    let ca = ca_of(server.port);
    for versions in [&[&TLS13], &[&TLS12]] {
        for name in ["vchatcloud.com", "www.vchatcloud.com", "localhost", "127.0.0.1", "::1", "mock.test", "192.0.2.7", "2001:db8::7"] {
            let mut client = Client::open(server.port, &ca, name, versions);
            assert!(client.ask(&get("/openapi/token")).starts_with("HTTP/1.1 200 OK\r\n"), "{name}");
            assert_eq!(client.0.conn.protocol_version(), Some(versions[0].version));
        }
        for name in ["elsewhere.example", "api.vchatcloud.com", "127.0.0.2"] {
            let refused = Client::open(server.port, &ca, name, versions).handshake().unwrap_err();
            assert!(refused.contains("certificate not valid for name"), "{name}: {refused}");
        }
    }
}

/// As strict clients want them: Apple's count the days, Python's want the identifiers of keys.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_certificates_say() {
    use x509_parser::extensions::ParsedExtension;
    use x509_parser::parse_x509_certificate;
    let server = Both::start();
    let mut client = server.https("localhost");
    client.handshake().unwrap();
    let leaf = client.0.conn.peer_certificates().unwrap();
    let ca = CertificateDer::from_pem_slice(ca_of(server.port).as_bytes()).unwrap();
    assert_eq!(leaf.len(), 1);
    let (_, leaf) = parse_x509_certificate(&leaf[0]).unwrap();
    let (_, ca) = parse_x509_certificate(&ca).unwrap();
    let days = |certificate: &x509_parser::certificate::X509Certificate| {
        let validity = certificate.validity();
        (validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400
    };
    assert_eq!((days(&leaf), days(&ca)), (397, 3651));
    assert!(leaf.validity().is_valid() && ca.validity().is_valid());
    assert_eq!((leaf.subject().to_string(), leaf.issuer().to_string()), ("CN=vchatcloud.com".to_owned(), ca.subject().to_string()));
    assert!(ca.subject().to_string().starts_with("CN=vchatcloud-mock CA "), "{}", ca.subject());
    assert!(leaf.extended_key_usage().unwrap().unwrap().value.server_auth && !leaf.is_ca() && ca.is_ca());
    let identifier = |certificate: &x509_parser::certificate::X509Certificate| {
        certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        })
    };
    let authority = leaf.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
        _ => None,
    });
    assert!(identifier(&leaf).is_some() && identifier(&ca).is_some());
    assert_eq!(authority, identifier(&ca));
}

/// `/__admin` takes the certificate's names for its own; the certificate of the CA is to be had under any name, without the token.
#[tokio::test(flavor = "multi_thread")]
async fn the_control_plane_by_the_names_of_the_certificate() {
    let access = Access { token: Some("secret".parse().unwrap()), ..Access::default() };
    let server = Both::with(&["mock.test"], access);
    let mut client = server.https("vchatcloud.com");
    let ask = |client: &mut Client, host: &str, token: &str| {
        let answer = client.ask(&format!("GET /__admin/accounts HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"));
        answer["HTTP/1.1 ".len()..][..3].to_owned()
    };
    for (host, token, status) in [
        ("vchatcloud.com", "secret", "200"),
        ("WWW.vchatcloud.com:443", "secret", "200"),
        ("mock.test", "secret", "200"),
        ("mock.test", "other", "401"),
        ("elsewhere.example", "secret", "403"),
        ("api.vchatcloud.com", "secret", "403"),
    ] {
        assert_eq!(ask(&mut client, host, token), status, "{host} {token}");
    }
    let head = client.ask("HEAD /__admin/ca.pem HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n".replace("HEAD", "GET").as_str());
    assert!(head.contains("BEGIN CERTIFICATE"), "{head}");
    assert!(http(server.port, "POST /__admin/ca.pem HTTP/1.0\r\nHost: elsewhere.example\r\n\r\n").starts_with("HTTP/1.0 403"));
}

/// What is to be pasted into a shell goes the way that the request came.
#[tokio::test(flavor = "multi_thread")]
async fn commands_to_paste_call_by_https() {
    let server = Both::start();
    let mut client = server.https("vchatcloud.com");
    assert!(client.ask(&get("/")).contains(" https://vchatcloud.com/openapi/v2/rooms\n"));
    client.ask(&get("/openapi/v2/rooms/none"));
    http(server.port, &get("/openapi/token").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    let answer = client.ask(&get("/__admin/requests?format=curl"));
    let commands: Vec<&str> = answer.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(commands[0].contains(" 'https://vchatcloud.com/openapi/v2/rooms/none'"), "{answer}");
    assert!(commands[1].contains(" 'http://vchatcloud.com/openapi/token'"), "{answer}");
}

/// The command line: the flag, the variable, what is said at the start, and the same after a restart or not.
#[test]
fn a_ca_lives_as_long_as_the_process_or_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory_flag(directory.path());
    let ca = |args: &[&str], env: &[(&str, &str)]| {
        let process = Process::start(args, env);
        let port = process.url.rsplit(':').next().unwrap().parse().unwrap();
        let ca = ca_of(port);
        let answer = Client::open(port, &ca, "vchatcloud.com", &[&TLS13]).ask(&get("/openapi/v2/rooms"));
        assert!(answer.contains("DemoRoom01"), "{answer}");
        let (_, _, stderr) = process.stop("-TERM");
        assert!(stderr.contains("https on the same port; the CA to trust is http://127.0.0.1:"), "{stderr}");
        ca
    };
    let own = ca(&["--port", "0", "--tls"], &[]);
    assert_ne!(ca(FREE, &[("VCHATCLOUD_MOCK_TLS", "1")]), own);
    let first = ca(&[&kept[..], &["--tls"]].concat(), &[]);
    assert_eq!(ca(&[&kept[..], &["--tls"]].concat(), &[]), first);
    let variables = [("VCHATCLOUD_MOCK_TLS", "true"), ("VCHATCLOUD_MOCK_TLS_DIR", kept[3]), ("VCHATCLOUD_MOCK_TLS_NAME", "a.test,b.test")];
    assert_eq!(ca(FREE, &variables), first);
    assert_ne!(first, own);
}
