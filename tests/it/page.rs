//! `GET /`.

use crate::mock::Mock;

#[tokio::test]
async fn text_for_programs_and_a_page_for_browsers() {
    let stranger = Mock::new().stranger().header("Host", "localhost:4280");
    insta::assert_snapshot!(stranger.get("/").await.body.replace(env!("CARGO_PKG_VERSION"), "VERSION"), @"
    vchatcloud-mock VERSION

    An offline mock server of the VChatCloud chat-room API. It keeps rooms in memory and talks to nobody.

    curl -H 'API_KEY: any-key' -H 'X-AUTH-TOKEN: any-token' http://localhost:4280/openapi/v2/rooms

    /__admin/openapi.json
    /__admin/health
    ");
    let page = stranger.header("Accept", "text/html,*/*").get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    insta::assert_snapshot!(page.body.replace(env!("CARGO_PKG_VERSION"), "VERSION"), @r#"
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>vchatcloud-mock</title></head>
    <body><h1>vchatcloud-mock VERSION</h1>
    <p>An offline mock server of the VChatCloud chat-room API. It keeps rooms in memory and talks to nobody.</p>
    <pre>curl -H 'API_KEY: any-key' -H 'X-AUTH-TOKEN: any-token' http://localhost:4280/openapi/v2/rooms</pre>
    <ul><li><a href="/__admin/openapi.json">/__admin/openapi.json</a></li><li><a href="/__admin/health">/__admin/health</a></li></ul></body></html>
    "#);
}

#[tokio::test]
async fn a_hostile_host_is_not_repeated() {
    let page = Mock::new().stranger().header("Host", "<script>").header("Accept", "text/html").get("/").await;
    assert!(!page.body.contains("<script>"), "{page}");
}

#[tokio::test]
async fn other_methods_are_the_apis() {
    assert_eq!(Mock::new().stranger().send("POST", "/", None, "").await.codes(), "404 404");
}
