// npm install testcontainers; node --test testcontainers.test.mjs
import assert from "node:assert/strict";
import test from "node:test";
import { GenericContainer, Wait } from "testcontainers";

const image = process.env.VCHATCLOUD_MOCK_IMAGE ?? "ghcr.io/OWNER/vchatcloud-mock:0.1.0";

test("rooms are listed", async () => {
  const mock = await new GenericContainer(image)
    .withExposedPorts(4280)
    .withWaitStrategy(Wait.forHttp("/__admin/health", 4280))
    .start();
  try {
    const baseUrl = `http://${mock.getHost()}:${mock.getMappedPort(4280)}`;

    // Yours, in place of this one call.
    const answer = await fetch(`${baseUrl}/openapi/v2/rooms`, {
      headers: { API_KEY: "demo-key", "X-AUTH-TOKEN": "demo-token" },
    });
    const body = await answer.json();
    assert.equal(body.result_cd, 1);
    assert.equal(body.list.length, 3);
  } finally {
    await mock.stop();
  }
});
