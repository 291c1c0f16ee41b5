"""The chat-room API from Python, with requests (pip install requests)."""

import os
import sys

import requests

BASE = os.environ.get("VCHATCLOUD_BASE_URL", "https://vchatcloud.com")
ROOMS = "/openapi/v2/rooms"


class Failure(Exception):
    """A step that did not give what it should."""


def check(holds, complaint):
    if not holds:
        raise Failure(complaint)


def say(step, text):
    print(f"{step:13} {text}")


def call(session, step, method, path, form=None):
    """What was answered, as a dict, and the mock's reason. A dict in `data` becomes a form in UTF-8; the API reads no JSON."""
    try:
        response = session.request(method, BASE + path, data=form, timeout=10)
        # No raise_for_status: a refusal has a status above 400 and the same envelope, and its body tells why.
        return response.json(), response.headers.get("X-Mock-Reason", "none")
    except requests.RequestException as error:
        raise Failure(f"{step}: {error}") from error


def succeed(session, step, method, path, form=None):
    answer, _ = call(session, step, method, path, form)
    check(answer["result_cd"] == 1, f"{step}: {answer['result_cd']} {answer['result_msg']}")
    return answer


def main(session):
    # The token is in the body, not in a header. It is valid for five hours, and with this key alone.
    session.headers["API_KEY"] = os.environ.get("VCHATCLOUD_API_KEY", "demo-key")
    account = succeed(session, "issueToken", "GET", "/openapi/token")["data"]
    session.headers["X-AUTH-TOKEN"] = account["X-AUTH-TOKEN"]
    say("issueToken", account["user_email"])

    room = {"roomName": "회의", "maxUser": "10", "roomType": "02", "gTransStat": "N", "rtcStat": "Y"}
    room_id = succeed(session, "createRoom", "POST", ROOMS, room)["data"]["roomId"]
    say("createRoom", room_id)

    # Several rooms come in "list", a single one in "data". All values of a room are texts.
    rooms = succeed(session, "listRoom", "GET", ROOMS)["list"]
    check(any(each["roomId"] == room_id for each in rooms), f"listRoom: no {room_id} among {len(rooms)} rooms")
    say("listRoom", f"has {room_id}")

    info = succeed(session, "getRoomInfo", "GET", f"{ROOMS}/{room_id}")["data"]
    check(info["roomName"] == room["roomName"], f"getRoomInfo: roomName is {info['roomName']}")
    say("getRoomInfo", f"{info['roomName']}, at most {info['maxUser']}")

    # A modify is no patch: what is required must be sent again.
    changed = {**room, "roomName": "회의실", "maxUser": "20"}
    succeed(session, "modifyRoom", "POST", f"{ROOMS}/{room_id}", changed)
    say("modifyRoom", f"{changed['roomName']}, at most {changed['maxUser']}")

    succeed(session, "destroyRoom", "DELETE", f"{ROOMS}/{room_id}")
    say("destroyRoom", room_id)

    # Types are codes. The service says in result_msg what is wrong, the mock says more in a header.
    wrong = "createRoom with roomType=Video"
    refusal, reason = call(session, wrong, "POST", ROOMS, {**room, "roomType": "Video"})
    check(refusal["result_cd"] != 1, f"{wrong}: was not refused")
    say("refused", f"{refusal['result_cd']} {refusal['result_msg']}")
    say("X-Mock-Reason", reason)
    print("done")


if __name__ == "__main__":
    try:
        with requests.Session() as session:
            main(session)
    except Failure as failure:
        sys.exit(f"failed: {failure}")
