//! The directory of `--tls-dir`, and the command `ca`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};
use vchatcloud_mock::MockServer;

use super::{ca_of, directory_flag};
use crate::process::{FREE, Process, Run, command, run};

fn ca(args: &[&str]) -> Run {
    run(&[&["ca"], args].concat(), &[])
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A certificate that is nearly one of ours, and its key.
fn pair(change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "vchatcloud-mock CA 01234567");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// Everything that is no CA of ours: it refuses to start, `ca` says the same, and what is there stays as it is.
#[test]
fn directories_that_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let good = pair(|_| ());
    let expired = pair(|params| params.not_after = date_time_ymd(2020, 1, 31));
    let early = pair(|params| params.not_before = date_time_ymd(2100, 1, 31));
    let leaf = pair(|params| params.is_ca = IsCa::NoCa);
    let foreign = pair(|params| params.distinguished_name.push(DnType::CommonName, "Somebody"));
    let other = pair(|_| ());
    let mut said = Vec::new();
    for (name, certificate, key) in [
        ("expired", Some(&*expired.0), Some(&*expired.1)),
        ("early", Some(&early.0), Some(&early.1)),
        ("leaf", Some(&leaf.0), Some(&leaf.1)),
        ("foreign", Some(&foreign.0), Some(&foreign.1)),
        ("other-key", Some(&good.0), Some(&other.1)),
        ("no-key", Some(&good.0), None),
        ("no-certificate", None, Some(&good.1)),
        ("swapped", Some(&good.1), Some(&good.0)),
        ("empty", Some(""), Some("")),
        ("no-der", Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), Some(&good.1)),
        ("both-in-one", Some(&(good.0.clone() + &good.1)), Some(&good.1)),
    ] {
        let directory = root.path().join(name);
        fs::create_dir(&directory).unwrap();
        for (name, text) in [("ca.pem", certificate), ("ca-key.pem", key)] {
            if let Some(text) = text {
                fs::write(directory.join(name), text).unwrap();
            }
        }
        let served = run(&[&directory_flag(&directory)[..], &["--tls"]].concat(), &[]);
        let printed = ca(&["--tls-dir", directory.to_str().unwrap()]);
        assert_eq!((served.code, printed.code, served.stdout + &printed.stdout), (2, 2, String::new()), "{name}");
        assert_eq!(served.stderr, printed.stderr);
        said.push(served.stderr.replace(root.path().to_str().unwrap(), "DIR"));
        let there = [("ca-key.pem", key), ("ca.pem", certificate)].into_iter().filter_map(|(name, text)| Some((name, text?)));
        let (files, texts): (Vec<&str>, Vec<&str>) = there.unzip();
        assert_eq!(names(&directory), files);
        assert!(files.iter().zip(texts).all(|(file, text)| fs::read_to_string(directory.join(file)).unwrap() == text), "{name}");
    }
    insta::assert_snapshot!(said.concat(), @r#"
    vchatcloud-mock: --tls-dir: DIR/expired/ca.pem: has expired at 2020-01-31T00:00:00Z; move ca.pem and ca-key.pem away to have both made anew, and have clients trust the new one
    vchatcloud-mock: --tls-dir: DIR/early/ca.pem: is not valid before 2100-01-31T00:00:00Z; set this machine's clock, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/leaf/ca.pem: is no CA's certificate; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/foreign/ca.pem: was made by somebody else, for "CN=Somebody"; name a directory of its own
    vchatcloud-mock: --tls-dir: DIR/other-key/ca-key.pem: does not belong to the certificate; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/no-key/ca-key.pem: is missing, and ca.pem is there; put it back, or move ca.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/no-certificate/ca.pem: is missing, and ca-key.pem is there; put it back, or move ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/swapped/ca.pem: is no PEM with one certificate and nothing else; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/empty/ca.pem: is no PEM with one certificate and nothing else; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/no-der/ca.pem: has no certificate that can be read; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    vchatcloud-mock: --tls-dir: DIR/both-in-one/ca.pem: is no PEM with one certificate and nothing else; put the right one there, or move ca.pem and ca-key.pem away to have both made anew
    "#);
}

/// Places where no directory can be, or none that can be written.
#[test]
fn places_that_are_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let mut said = Vec::new();
    for place in [path(root.path(), "file"), path(root.path(), "file/below"), "/proc".to_owned()] {
        let run = run(&["--port", "0", "--tls", "--tls-dir", &place], &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        said.push(run.stderr.replace(root.path().to_str().unwrap(), "DIR"));
    }
    insta::assert_snapshot!(said.concat(), @"
    vchatcloud-mock: --tls-dir: DIR/file: is no directory; name one that is to hold ca.pem and ca-key.pem
    vchatcloud-mock: --tls-dir: DIR/file/below: cannot be written: Not a directory (os error 20); name a directory that can be
    vchatcloud-mock: --tls-dir: /proc: cannot be written: No such file or directory (os error 2); name a directory that can be
    ");
}

/// However many start at once, there is one CA, and nothing else in the directory.
#[test]
fn several_at_once_agree() {
    let root = tempfile::tempdir().unwrap();
    let directory = path(root.path(), "made/on/the/way");
    let children: Vec<_> = (0..8).map(|_| command(&["ca", "--tls-dir", &directory], &[]).spawn().unwrap()).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let kept = fs::read(Path::new(&directory).join("ca.pem")).unwrap();
    for output in outputs {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!((output.status.code(), output.stdout), (Some(0), kept.clone()));
    }
    assert_eq!(names(Path::new(&directory)), ["ca-key.pem", "ca.pem"]);
    let process = Process::start(&["--port", "0", "--tls", "--tls-dir", &directory], &[]);
    assert_eq!(ca_of(process.url.rsplit(':').next().unwrap().parse().unwrap()).as_bytes(), kept);
}

/// Everybody may read the certificate, and its owner alone the key, whatever a killed process has left behind.
#[cfg(unix)]
#[test]
fn who_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("ca-key.pem.tmp"), "torn").unwrap();
    fs::write(directory.path().join("ca.lock"), "").unwrap();
    let status = Command::new("sh")
        .args([
            "-c",
            "umask 022 && exec \"$0\" ca --tls-dir \"$1\"",
            env!("CARGO_BIN_EXE_vchatcloud-mock"),
            directory.path().to_str().unwrap(),
        ])
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("ca-key.pem"), mode("ca.pem")), (0o600, 0o644));
    assert_eq!(names(directory.path()), ["ca-key.pem", "ca.pem"]);
}

/// From a directory before the first start, and from a server in every way that a health check finds it.
#[test]
fn the_command_prints_the_ca() {
    let root = tempfile::tempdir().unwrap();
    let (directory, file) = (path(root.path(), "tls"), path(root.path(), "port"));
    let printed = ca(&["--tls-dir", &directory]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.starts_with("-----BEGIN CERTIFICATE-----\n") && printed.stdout.ends_with("-----END CERTIFICATE-----\n"));

    let process = Process::start(&["--port", "0", "--port-file", &file, "--tls", "--tls-dir", &directory, "--admin-token", "t"], &[]);
    let port = process.url.rsplit(':').next().unwrap();
    let elsewhere = path(root.path(), "elsewhere");
    for args in [
        vec!["--url", &process.url],
        vec!["--port", port],
        vec!["--host", "all", "--port", port],
        vec!["--port-file", &file],
        vec!["--tls-dir", &directory],
        vec!["--tls-dir", &elsewhere, "--url", &process.url],
    ] {
        let run = ca(&args);
        assert_eq!((run.code, &run.stdout, run.stderr.as_str()), (0, &printed.stdout, ""), "{args:?}");
    }
    assert!(!Path::new(&elsewhere).exists());
    assert_eq!(run(&["ca"], &[("VCHATCLOUD_MOCK_TLS_DIR", &directory)]).stdout, printed.stdout);
    assert_eq!(run(&["ca"], &[("VCHATCLOUD_MOCK_PORT", port)]).stdout, printed.stdout);
}

#[test]
fn the_command_says_why_there_is_none() {
    let plain = Process::start(FREE, &[]);
    let answer = plain.get("/__admin/ca.pem");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 404 "), "{answer}");
    assert_eq!(
        body,
        r#"{"error":{"code":"no_tls","message":"there is no CA: the mock was started without --tls","hint":"start it with --tls"}}"#
    );
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    for (args, code, says) in [
        (vec!["--url", &*plain.url], 1, "the server was started without --tls: start it with --tls"),
        (vec!["--port", &nobody], 69, "unreachable: 127.0.0.1:"),
        (vec!["--port", "0"], 2, "--port 0 picks a port"),
        (vec!["--url", "https://127.0.0.1"], 2, "--url: must be http://HOST[:PORT]"),
        (vec!["--tls"], 2, "--tls"),
    ] {
        let run = ca(&args);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
    }
}

/// A start that failed holds up none that follows in the same process.
#[tokio::test]
async fn a_failed_start_leaves_nothing_behind_that_the_next_one_waits_for() {
    let directory = tempfile::tempdir().unwrap();
    let in_the_way = directory.path().join("ca.pem.tmp/full");
    fs::create_dir_all(&in_the_way).unwrap();
    for _ in 0..2 {
        let refused = MockServer::builder().tls_dir(directory.path()).start().await.unwrap_err().to_string();
        assert!(refused.contains("cannot be written"), "{refused}");
    }
    fs::remove_dir_all(in_the_way.parent().unwrap()).unwrap();
    drop(MockServer::builder().tls_dir(directory.path()).start().await.unwrap());
}
