# pip install "testcontainers>=4.13" pytest; pytest test_testcontainers.py
import json
import os
import urllib.request

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

IMAGE = os.environ.get("VCHATCLOUD_MOCK_IMAGE", "ghcr.io/OWNER/vchatcloud-mock:0.1.0")


def test_rooms_are_listed():
    healthy = HttpWaitStrategy(4280, "/__admin/health")
    with DockerContainer(IMAGE).with_exposed_ports(4280).waiting_for(healthy) as mock:
        base_url = f"http://{mock.get_container_host_ip()}:{mock.get_exposed_port(4280)}"

        # Yours, in place of this one call.
        request = urllib.request.Request(f"{base_url}/openapi/v2/rooms")
        request.add_header("API_KEY", "demo-key")
        request.add_header("X-AUTH-TOKEN", "demo-token")
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = json.load(answer)
        assert body["result_cd"] == 1
        assert len(body["list"]) == 3
