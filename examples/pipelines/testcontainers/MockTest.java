// Test dependencies: org.testcontainers:testcontainers, org.junit.jupiter:junit-jupiter. As src/test/java/MockTest.java.
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

class MockTest {
    static final String IMAGE = System.getenv().getOrDefault("VCHATCLOUD_MOCK_IMAGE", "ghcr.io/OWNER/vchatcloud-mock:0.1.0");

    @Test
    void roomsAreListed() throws Exception {
        try (GenericContainer<?> mock = new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withExposedPorts(4280)
                .waitingFor(Wait.forHttp("/__admin/health").forPort(4280))) {
            mock.start();
            String baseUrl = "http://" + mock.getHost() + ":" + mock.getMappedPort(4280);

            // Yours, in place of this one call.
            HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/openapi/v2/rooms"))
                    .header("API_KEY", "demo-key")
                    .header("X-AUTH-TOKEN", "demo-token")
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("\"result_cd\":1,"), answer.body());
        }
    }
}
