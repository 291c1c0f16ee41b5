#!/usr/bin/env bash
# The chat-room API from a shell, with nothing but bash and curl. This file is UTF-8, and so is what it sends.
set -euo pipefail

base=${VCHATCLOUD_BASE_URL:-https://vchatcloud.com}
rooms=/openapi/v2/rooms
headers=(-H "API_KEY: ${VCHATCLOUD_API_KEY:-demo-key}")

say() { printf '%-13s %s\n' "$@"; }
fail() { echo "failed: $*" >&2; exit 1; }

# A text of the answer by its name. Where jq is at hand it does this better: jq -r .data.roomId
text() {
  local pattern="\"$1\" *: *\"(([^\"\\\\]|\\\\.)*)\""
  [[ $body =~ $pattern ]] || fail "$step: no $1 in $body"
  echo "${BASH_REMATCH[1]//\\\"/\"}"
}

# Sends a request and leaves its answer in $head, $body and $result_cd. What follows method and path is for curl: a form,
# field by field, in which --data-urlencode escapes what is not ASCII.
call() {
  local method=$1 path=$2 answer
  shift 2
  # No --fail: a refusal comes with a status above 400, and its body tells why.
  answer=$(curl -sS -i --max-time 10 -X "$method" "${headers[@]}" "$@" "$base$path" 2>&1) || fail "$step: $answer"
  head=${answer%%$'\r\n\r\n'*} body=${answer#*$'\r\n\r\n'}
  [[ $body =~ \"result_cd\"\ *:\ *(-?[0-9]+) ]] || fail "$step: no result_cd in $body"
  result_cd=${BASH_REMATCH[1]}
}

succeed() {
  step=$1
  call "${@:2}"
  [ "$result_cd" = 1 ] || fail "$step: $result_cd $(text result_msg)"
}

# A modify is no patch: it sends everything that a create does, so both use the same fields.
room() { # name, maxUser, roomType
  form=(--data-urlencode "roomName=$1" -d "maxUser=$2" -d roomType="$3" -d gTransStat=N -d rtcStat=Y)
}

# The token is in the body, not in a header. It is valid for five hours, and with this key alone.
succeed issueToken GET /openapi/token
headers+=(-H "X-AUTH-TOKEN: $(text X-AUTH-TOKEN)")
say issueToken "$(text user_email)"

room 회의 10 02
succeed createRoom POST $rooms "${form[@]}"
room_id=$(text roomId)
say createRoom "$room_id"

# Several rooms come in "list", a single one in "data". All values of a room are texts.
succeed listRoom GET $rooms
[[ $body == *"\"$room_id\""* ]] || fail "listRoom: no $room_id in $body"
say listRoom "has $room_id"

succeed getRoomInfo GET "$rooms/$room_id"
[ "$(text roomName)" = 회의 ] || fail "getRoomInfo: roomName is $(text roomName)"
say getRoomInfo "$(text roomName), at most $(text maxUser)"

room 회의실 20 02
succeed modifyRoom POST "$rooms/$room_id" "${form[@]}"
say modifyRoom "회의실, at most 20"

succeed destroyRoom DELETE "$rooms/$room_id"
say destroyRoom "$room_id"

# Types are codes. The service says in result_msg what is wrong, the mock says more in a header.
step="createRoom with roomType=Video"
room 회의 10 Video
call POST $rooms "${form[@]}"
[ "$result_cd" != 1 ] || fail "$step: was not refused"
say refused "$result_cd $(text result_msg)"
say X-Mock-Reason "$(grep -i '^x-mock-reason:' <<<"$head" | tr -d '\r' | cut -d ' ' -f 2- || echo none)"
echo "done"
