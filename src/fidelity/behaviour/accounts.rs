//! Keys, tokens and accounts.

use super::{Subject, assumed, documented, observed};

pub const SUBJECT: Subject = Subject {
    title: "Keys and tokens",
    known: &[
        documented("A call carries a token and the key that it was obtained with.", "the introduction of the v2 page"),
        documented("userId is the e-mail address of the account.", "the Korean table"),
        observed(
            "A token is a JWT: HS256, the header {\"alg\":\"HS256\"}, and aud, exp, iat, authorities in that order.",
            "captured tokens",
        ),
        observed("A token is valid for 18000 seconds.", "every captured token"),
        observed("It stands in the body of issueToken's answer and in no header.", "public clients, one of which looked there"),
        observed("A new token does not end older ones.", "public clients, which fetch one per call, several at once"),
        observed("An API key is four groups of six letters or digits and a time of 14 digits.", "captured keys"),
    ],
    assumed: &[
        assumed("leeway", "A token is refused from the second of its exp on.", "exp is the only time that it names")
            .decided("src/emulator/auth.rs", "auth::a_token_expires_to_the_second")
            .by("seconds_ago >= 0", "seconds_ago >= 60"),
        assumed(
            "account-email",
            "An account that no fixture names has the address account-<8 hexadecimal digits of SHA-256 of its key>@example.com.",
            "it must be one, the same every time, and nobody's",
        )
        .decided("src/domain/ids.rs", "auth::the_e_mail_address_of_an_unnamed_account_comes_from_its_key")
        .by("account-{}", "user-{}"),
    ],
};
