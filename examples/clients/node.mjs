// The chat-room API from Node, with its own fetch: Node 18 or later, no packages.

const base = process.env.VCHATCLOUD_BASE_URL ?? "https://vchatcloud.com";
const rooms = "/openapi/v2/rooms";
const headers = { API_KEY: process.env.VCHATCLOUD_API_KEY ?? "demo-key" };

const say = (step, text) => console.log(step.padEnd(13), text);

function check(holds, complaint) {
  if (!holds) throw new Error(complaint);
}

// URLSearchParams makes fetch send a form in UTF-8; the API reads no JSON.
async function call(step, method, path, form) {
  try {
    const response = await fetch(base + path, {
      method,
      headers,
      body: form && new URLSearchParams(form),
      signal: AbortSignal.timeout(10_000),
    });
    // A refusal has a status above 400 and the same envelope: its body tells why.
    return { ...(await response.json()), reason: response.headers.get("X-Mock-Reason") };
  } catch (error) {
    // fetch itself says only "fetch failed".
    throw new Error(`${step}: ${error.cause?.message ?? error.message}`, { cause: error });
  }
}

async function succeed(step, method, path, form) {
  const answer = await call(step, method, path, form);
  check(answer.result_cd === 1, `${step}: ${answer.result_cd} ${answer.result_msg}`);
  return answer;
}

async function main() {
  // The token is in the body, not in a header. It is valid for five hours, and with this key alone.
  const { data: account } = await succeed("issueToken", "GET", "/openapi/token");
  headers["X-AUTH-TOKEN"] = account["X-AUTH-TOKEN"];
  say("issueToken", account.user_email);

  const room = { roomName: "회의", maxUser: "10", roomType: "02", gTransStat: "N", rtcStat: "Y" };
  const { roomId } = (await succeed("createRoom", "POST", rooms, room)).data;
  say("createRoom", roomId);

  // Several rooms come in "list", a single one in "data". All values of a room are texts.
  const { list } = await succeed("listRoom", "GET", rooms);
  check(list.some((each) => each.roomId === roomId), `listRoom: no ${roomId} among ${list.length} rooms`);
  say("listRoom", `has ${roomId}`);

  const { data: info } = await succeed("getRoomInfo", "GET", `${rooms}/${roomId}`);
  check(info.roomName === room.roomName, `getRoomInfo: roomName is ${info.roomName}`);
  say("getRoomInfo", `${info.roomName}, at most ${info.maxUser}`);

  // A modify is no patch: what is required must be sent again.
  const changed = { ...room, roomName: "회의실", maxUser: "20" };
  await succeed("modifyRoom", "POST", `${rooms}/${roomId}`, changed);
  say("modifyRoom", `${changed.roomName}, at most ${changed.maxUser}`);

  await succeed("destroyRoom", "DELETE", `${rooms}/${roomId}`);
  say("destroyRoom", roomId);

  // Types are codes. The service says in result_msg what is wrong, the mock says more in a header.
  const wrong = "createRoom with roomType=Video";
  const refusal = await call(wrong, "POST", rooms, { ...room, roomType: "Video" });
  check(refusal.result_cd !== 1, `${wrong}: was not refused`);
  say("refused", `${refusal.result_cd} ${refusal.result_msg}`);
  say("X-Mock-Reason", refusal.reason ?? "none");
}

try {
  await main();
  console.log("done");
} catch (error) {
  console.error(`failed: ${error.message}`);
  process.exitCode = 1;
}
