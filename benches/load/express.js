// What many would write instead: rooms in a Map, the same envelopes. `node express.js FIXTURE`
const express = require("express");
const { randomBytes } = require("node:crypto");
const { readFileSync } = require("node:fs");

const accounts = new Map();
const roomsOf = (key) => accounts.get(key) ?? accounts.set(key, new Map()).get(key);
const stamp = () => new Date(Date.now() + 9 * 3600e3).toISOString().replace(/\D/g, "").slice(0, 14);
const newId = () => `${randomBytes(6).toString("base64url").padEnd(10, "0").slice(0, 10)}-${randomBytes(8).toString("base64url").slice(0, 10)}-${stamp()}`;
const room = (roomId, fields) => ({
  template: "null", gTransStat: "N", messageCount: "0", webrtc: "91", gApiKey: "", joinCount: "0", webrtcStat: "N",
  endDt: "99991231235959", userId: "demo@example.com", isPossibleDup: "false", resolution: "0", roomId, roomName: "room",
  roomStatus: "active", startDt: stamp(), currentUserCount: "0", roomType: "01", maxUser: "100", ...fields,
});
for (const { apiKey, rooms } of JSON.parse(readFileSync(process.argv[2], "utf8")).accounts) {
  for (const { roomId, ...fields } of rooms) roomsOf(apiKey).set(roomId, room(roomId, fields));
}

const succeeded = (more) => ({ result_cd: 1, result_msg: "", ...more });
const refused = (answer, status, result_cd, result_msg) => answer.status(status).json({ result_cd, result_msg });
const codes = { gTransStat: ["Y", "N"], rtcStat: ["Y", "N"], roomType: ["01", "02", "03"] };
// The first thing that is wrong with the form, as [result_cd, result_msg].
const wrong = (form) => {
  for (const name of ["roomName", "maxUser", "gTransStat", "rtcStat", "roomType"]) {
    if (!form?.[name]) return [10901, `Missing required parameter: ${name}`];
    if (codes[name] && !codes[name].includes(form[name])) return [400, `${name}: must be one of ${codes[name]}`];
  }
  return /^\d+$/.test(form.maxUser) ? undefined : [400, "maxUser: must be a number"];
};
const fields = ({ rtcStat, ...form }) => ({ ...form, webrtcStat: rtcStat });

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use("/openapi/v2/rooms", (request, answer, next) => {
  const key = request.get("API_KEY");
  if (!key || !request.get("X-AUTH-TOKEN")) return refused(answer, 401, 401, "UNAUTHORIZED");
  answer.locals.rooms = roomsOf(key);
  next();
});
app.get("/openapi/v2/rooms", (_, answer) => answer.json(succeeded({ list: [...answer.locals.rooms.values()] })));
app.post("/openapi/v2/rooms", (request, answer) => {
  const error = wrong(request.body);
  if (error) return refused(answer, 400, ...error);
  const roomId = newId();
  answer.locals.rooms.set(roomId, room(roomId, fields(request.body)));
  answer.json(succeeded({ data: { roomId } }));
});
app.param("roomId", (_, answer, next, roomId) => {
  answer.locals.room = answer.locals.rooms.get(roomId);
  if (!answer.locals.room) return refused(answer, 404, 10102, "CHANNEL_NOT_EXISTED");
  next();
});
app.get("/openapi/v2/rooms/:roomId", (_, answer) => answer.json(succeeded({ data: answer.locals.room })));
app.post("/openapi/v2/rooms/:roomId", (request, answer) => {
  const error = wrong(request.body);
  if (error) return refused(answer, 400, ...error);
  Object.assign(answer.locals.room, fields(request.body));
  answer.json(succeeded());
});

const server = app.listen(0, "127.0.0.1", () => console.log(`ready url=http://127.0.0.1:${server.address().port}`));
