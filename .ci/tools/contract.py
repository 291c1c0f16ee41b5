"""What schemathesis would hold against the server, and wrongly: one row for each, with the reason.

A row excuses one check, in the operations that it names, when the answer says what the row says. All else fails.
"""

import json
import os
import re
from pathlib import Path

import requests
import schemathesis

URL = os.environ["CONTRACT_URL"]
ACCOUNT = json.loads(Path(__file__).with_suffix(".json").read_text())["accounts"][0]
ROOM = ACCOUNT["rooms"][0]

SCOPED = "setClock advanceClock mark addFault clearFaults removeFault forgetRequests reset putState"
OF_ONE = "addRoom patchRoom listPeople letIn letOut listMessages"
OF_EXCHANGES = "listRequests getRequest"
VALID = "positive_data_acceptance"

DURATION = re.compile(r"([0-9]+(d|h|m|s|ms|us|ns))+")

# check, operations, what the answer says, why
EXCUSED = [
    # The emulated API: the vendor's rules.
    (VALID, "cancelCustom", r"scheduleId: must be that of a reserved message of this room",
     "an id that names nothing is INCORRECT_REQUEST, which has the status 400; docs/control-plane.md, Messages"),
    (VALID, "sendCustom", r"sendDate: must be later than now", "a schema cannot say what time it is"),
    (VALID, "sendCustom", r"jsonString: must be JSON", "contentMediaType tells people that a text is JSON, and generators nothing"),
    (VALID, "sendCustom", r"sendDate: must be a date and time in KST", "a pattern cannot say how long February is"),
    ("ensure_resource_availability", "destroyRoom destroyRoomV1 getRoomInfo getRoomInfoV1 modifyRoom modifyRoomV1", r'"result_cd":10102,',
     "v1 and v2 show the same rooms, so a room that one path made another may have destroyed"),
    # The control plane.
    (VALID, SCOPED, r"apiKey and all: take one of them", "OpenAPI cannot say that one parameter excludes another"),
    (VALID, SCOPED + " " + OF_ONE, r"apiKey: missing, and there (are the accounts|is no account yet)", "only the server knows how many accounts it has"),
    (VALID, "addFault putState verify", r"must be a duration such as 500ms or 5s, at most ", "a pattern cannot say how long a text such as 90m10s is"),
    (VALID, "addFault putState", r"min: must not be more than max", "a schema cannot compare two members"),
    (VALID, "addFault putState", r"nth: must be 3, 3\.\.5, 3\.\. or \.\.5", "a pattern cannot compare two numbers"),
    (VALID, "addFault putState", r"http: must be a status with a body", "204, 205 and 304 cannot be told from the rest of a range"),
    (VALID, "addFault", r"there are too many fault rules", "only the server knows how many rules it has"),
    (VALID, "setClock addRoom putState", r"must be (of 1970 to 9999|RFC 3339)", "a pattern cannot say how long February is, or turn zones"),
    (VALID, "setClock advanceClock", r"the clock would leave the years 1970 to 9999", "only the server knows what time it has"),
    (VALID, "patchRoom addRoom putState", r"must be a date and time in KST", "a pattern cannot say how long February is"),
    (VALID, "patchRoom", r"must stay 0 to 2147483647", "only the server knows the count that a change is added to"),
    (VALID, "patchRoom addRoom putState", r"(joinCount|currentUserCount): must be at least the number of users in the room", "a schema cannot compare a count with a list"),
    (VALID, "addRoom putState", r"must be written as a read shows it", "a form takes 007, and a room shows 7"),
    (VALID, "addRoom putState", r"webrtcStat: must be . when webrtc is", "a schema cannot compare two members"),
    (VALID, "addRoom putState", r"clientKey: (is in exiles|stands twice in )", "a schema cannot compare two lists, or members of elements"),
    (VALID, "addRoom putState letIn", r"roomId: must be that of the room, or left out", "a schema cannot compare two members"),
    (VALID, "addRoom putState", r"userId: must be the account's", "a schema cannot compare two members"),
    (VALID, "addRoom putState", r"jsonString: must be JSON", "contentMediaType tells people that a text is JSON, and generators nothing"),
    (VALID, "putState", r"duplicate (apiKey|roomId|scheduleId)", "a schema cannot compare members of elements"),
    (VALID, "putState", r"accounts: the state names another account than apiKey", "a schema of a body knows no query"),
    (VALID, "putState", r"a state is accounts: default and resultCodes are none of it", "rooms alone are for one account; a schema of a body knows no query"),
    (VALID, "verify", r"expect: is empty, list what must have been called", "a schema cannot compare two members as briefly as the description says it"),
    (VALID, "verify", r"times: (min must not be above max|must say min, max or both)", "a schema cannot compare two members"),
    (VALID, "verify", r"regex: ", "a regex is small, and of this server's dialect; docs/control-plane.md, Verify"),
    (VALID, "verify", r"absent: must be true", "a boolean of one value is said by the description"),
    (VALID, "verify", r'^\{"verdict":"(failed|inconclusive)"', "that what was expected was not called is no refusal of the question"),
]
EXCUSED = [(check, operations.split(), re.compile(words), why) for check, operations, words, why in EXCUSED]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal may tell several problems at once; each of them has to be excused."""
    operation = case.operation.definition.raw.get("operationId")
    rows = [(words, why) for check, operations, words, why in EXCUSED if check in failure.checks and operation in operations]
    used = []
    for problem in re.split(r"; (?=body:\d+:\d+: )", response.text):
        row = next((row for row in rows if row[0].search(problem)), None)
        if row is None:
            return True
        used.append(row)
    with open(os.environ["CONTRACT_EXCUSED"], "a") as excused:
        for words, why in used:
            print(f"excused: {words.pattern}: {why}", file=excused)
    return False


@schemathesis.hook
def before_call(context, case, kwargs):
    """Names drawn by chance meet nothing: a control call that is meant to succeed meets an account, a room and an exchange."""
    operation = case.operation.definition.raw.get("operationId")
    if operation == "verify":
        wait_briefly(case)
    if not case.path.startswith("/__admin/") or case.meta.phase.name == "stateful":
        return
    drawn = {"apiKey": ACCOUNT["apiKey"]}
    if operation in (OF_EXCHANGES + " " + OF_ONE).split():
        drawn |= {"id": begin_anew(), "roomId": ROOM["roomId"], "clientKey": ROOM["users"][0]["clientKey"]}
    if case.meta.generation.mode.is_negative:
        return
    if operation == "putState":
        # A state is about the accounts that it names; rooms alone are about that of the query.
        case.query = {"all": "true"} if isinstance(case.body, dict) and "accounts" in case.body else drawn
    elif "apiKey" in case.query:
        case.query.pop("all", None)
    for place in case.query, case.path_parameters:
        place.update({name: value for name, value in drawn.items() if name in place})


def begin_anew():
    """The calls before have emptied the account and the journal. The answer is the number of the one exchange."""
    requests.post(f"{URL}/__admin/reset?all=true", headers={"Authorization": "Bearer contract-admin"}).raise_for_status()
    credentials = {"API_KEY": ACCOUNT["apiKey"], "X-AUTH-TOKEN": ACCOUNT["tokens"][0]}
    return requests.get(f"{URL}/openapi/v2/rooms", headers=credentials).headers["X-Mock-Request-Id"]


def wait_briefly(case):
    """A verification waits for what it expects, and nobody is going to call it."""
    within = case.body.get("within") if isinstance(case.body, dict) else None
    if isinstance(within, str) and DURATION.fullmatch(within):
        case.body = {**case.body, "within": "5ms"}
