import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLEncoder;
import java.util.Scanner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chat-room API from Java 8 or later, with nothing but the JDK. */
public class Client {
    static final String BASE = System.getenv().getOrDefault("VCHATCLOUD_BASE_URL", "https://vchatcloud.com");
    static final String KEY = System.getenv().getOrDefault("VCHATCLOUD_API_KEY", "demo-key");
    static final String ROOMS = "/openapi/v2/rooms";
    // Compilers before Java 18 read a file as the system's locale says: escapes mean the same everywhere.
    static final String NAME = "\ud68c\uc758", NEW_NAME = "\ud68c\uc758\uc2e4";
    static String step, token;

    static void check(boolean holds, String complaint) throws IOException {
        if (!holds) throw new IOException(complaint);
    }

    /** What was answered. A JSON library would read it better; the JDK has none. */
    static class Answer {
        String body, reason;

        String get(String name) throws IOException {
            Matcher value = Pattern.compile('"' + name + "\" *: *(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(-?\\d+))").matcher(body);
            check(value.find(), "no " + name + " in " + body);
            return value.group(1) == null ? value.group(2) : value.group(1).replace("\\\"", "\"");
        }
    }

    static Answer call(String doing, String method, String path, String form) throws IOException {
        step = doing;
        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + path).openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(10_000);
        connection.setRequestProperty("API_KEY", KEY);
        if (token != null) connection.setRequestProperty("X-AUTH-TOKEN", token);
        if (form != null) {
            connection.setDoOutput(true); // the default Content-Type is that of a form; the API reads no JSON
            connection.getOutputStream().write(form.getBytes("US-ASCII"));
        }
        // A refusal has a status above 400 and the same envelope, in the error stream: its body tells why.
        InputStream stream = connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream();
        check(stream != null, "an empty answer with status " + connection.getResponseCode());
        Scanner whole = new Scanner(stream, "UTF-8").useDelimiter("\\A");
        Answer answer = new Answer();
        answer.body = whole.hasNext() ? whole.next() : "";
        answer.reason = connection.getHeaderField("X-Mock-Reason");
        return answer;
    }

    static Answer succeed(String doing, String method, String path, String form) throws IOException {
        Answer answer = call(doing, method, path, form);
        check(answer.get("result_cd").equals("1"), answer.get("result_cd") + " " + answer.get("result_msg"));
        return answer;
    }

    /** A modify is no patch: it sends everything that a create does, so both use the same fields. */
    static String room(String name, int maxUser, String roomType) throws IOException {
        return "roomName=" + URLEncoder.encode(name, "UTF-8") + "&maxUser=" + maxUser + "&roomType=" + roomType + "&gTransStat=N&rtcStat=Y";
    }

    static void run(PrintStream out) throws IOException {
        // The token is in the body, not in a header. It is valid for five hours, and with this key alone.
        Answer account = succeed("issueToken", "GET", "/openapi/token", null);
        token = account.get("X-AUTH-TOKEN");
        out.println("issueToken    " + account.get("user_email"));

        String roomId = succeed("createRoom", "POST", ROOMS, room(NAME, 10, "02")).get("roomId");
        out.println("createRoom    " + roomId);

        // Several rooms come in "list", a single one in "data". All values of a room are texts.
        Answer list = succeed("listRoom", "GET", ROOMS, null);
        check(list.body.contains('"' + roomId + '"'), "no " + roomId + " in " + list.body);
        out.println("listRoom      has " + roomId);

        Answer info = succeed("getRoomInfo", "GET", ROOMS + "/" + roomId, null);
        check(info.get("roomName").equals(NAME), "roomName is " + info.get("roomName"));
        out.println("getRoomInfo   " + info.get("roomName") + ", at most " + info.get("maxUser"));

        succeed("modifyRoom", "POST", ROOMS + "/" + roomId, room(NEW_NAME, 20, "02"));
        out.println("modifyRoom    " + NEW_NAME + ", at most 20");

        succeed("destroyRoom", "DELETE", ROOMS + "/" + roomId, null);
        out.println("destroyRoom   " + roomId);

        // Types are codes. The service says in result_msg what is wrong, the mock says more in a header.
        Answer refusal = call("createRoom with roomType=Video", "POST", ROOMS, room(NAME, 10, "Video"));
        check(!refusal.get("result_cd").equals("1"), "was not refused");
        out.println("refused       " + refusal.get("result_cd") + " " + refusal.get("result_msg"));
        out.println("X-Mock-Reason " + (refusal.reason == null ? "none" : refusal.reason));
        out.println("done");
    }

    public static void main(String[] arguments) throws IOException {
        try {
            run(new PrintStream(System.out, true, "UTF-8"));
        } catch (IOException error) {
            System.err.println("failed: " + step + ": " + error.getMessage());
            System.exit(1);
        }
    }
}
