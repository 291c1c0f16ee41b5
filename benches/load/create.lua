-- createRoom for wrk; the headers of the account come from its command line.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "roomName=Load&maxUser=7&gTransStat=N&rtcStat=Y&roomType=02"
