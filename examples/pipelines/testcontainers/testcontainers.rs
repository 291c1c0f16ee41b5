// As tests/testcontainers.rs, after:
//   cargo add --dev testcontainers --features blocking
//   cargo add --dev ureq --no-default-features --features json
//   cargo add --dev serde_json
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::{GenericImage, runners::SyncRunner};

#[test]
fn rooms_are_listed() -> Result<(), Box<dyn std::error::Error>> {
    let image = std::env::var("VCHATCLOUD_MOCK_IMAGE").unwrap_or("ghcr.io/OWNER/vchatcloud-mock:0.1.0".to_owned());
    let (name, tag) = image.rsplit_once(':').ok_or("the image has no tag")?;
    // The image's own health check, which asks /__admin/health.
    let mock = GenericImage::new(name, tag).with_wait_for(WaitFor::healthcheck()).with_exposed_port(4280.tcp()).start()?;
    let base_url = format!("http://{}:{}", mock.get_host()?, mock.get_host_port_ipv4(4280)?);

    // Yours, in place of this one call.
    let body: serde_json::Value = ureq::get(format!("{base_url}/openapi/v2/rooms"))
        .header("API_KEY", "demo-key")
        .header("X-AUTH-TOKEN", "demo-token")
        .call()?
        .body_mut()
        .read_json()?;
    assert_eq!(body["result_cd"], 1);
    assert_eq!(body["list"].as_array().map(Vec::len), Some(3));
    Ok(())
}
