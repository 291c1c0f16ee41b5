//! JSON as answers need it: structs and lists of strings and whole numbers, written several times as fast as by serde_json, which
//! looks at every letter of every name and value. What it does not know, and what has to be escaped, serde_json writes.

use std::fmt;

use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

use crate::domain::text::Digits;

/// The value as JSON, behind what is there.
pub fn write<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if value.serialize(Writer(out)).is_err() {
        out.truncate(start);
        // Strings, numbers, lists and structs of them always serialise.
        let _ = serde_json::to_writer(out, value);
    }
}

struct Writer<'o>(&'o mut Vec<u8>);

/// What stands between brackets.
struct Inside<'o> {
    out: &'o mut Vec<u8>,
    is_first: bool,
    end: u8,
}

impl<'o> Inside<'o> {
    fn begin(out: &'o mut Vec<u8>, start: u8, end: u8) -> Inside<'o> {
        out.push(start);
        Inside { out, is_first: true, end }
    }

    fn next(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
    }

    fn finish(self) {
        self.out.push(self.end);
    }
}

/// Whether JSON shows it as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
}

/// Another type than those that answers are made of.
macro_rules! unknown {
    ($($method:ident($($type:ty),*) -> $result:ty;)+) => {$(
        fn $method(self, $(_: $type),*) -> Result<$result, fmt::Error> {
            Err(fmt::Error)
        }
    )+};
}

type Nothing = Impossible<(), fmt::Error>;

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Inside<'o>;
    type SerializeStruct = Inside<'o>;
    type SerializeTuple = Nothing;
    type SerializeTupleStruct = Nothing;
    type SerializeTupleVariant = Nothing;
    type SerializeMap = Nothing;
    type SerializeStructVariant = Nothing;

    fn serialize_str(self, text: &str) -> Result<(), fmt::Error> {
        if !is_plain(text) {
            return serde_json::to_writer(self.0, text).map_err(|_| fmt::Error);
        }
        self.0.reserve(text.len() + 2);
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
        Ok(())
    }

    fn serialize_u64(self, number: u64) -> Result<(), fmt::Error> {
        self.0.extend_from_slice(Digits::of(number, 1).as_str().as_bytes());
        Ok(())
    }

    fn serialize_i64(self, number: i64) -> Result<(), fmt::Error> {
        if number < 0 {
            self.0.push(b'-');
        }
        self.serialize_u64(number.unsigned_abs())
    }

    fn serialize_i32(self, number: i32) -> Result<(), fmt::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_none(self) -> Result<(), fmt::Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'o>, fmt::Error> {
        Ok(Inside::begin(self.0, b'[', b']'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'o>, fmt::Error> {
        Ok(Inside::begin(self.0, b'{', b'}'))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), fmt::Error> {
        Err(fmt::Error)
    }

    unknown! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_tuple(usize) -> Nothing;
        serialize_tuple_struct(&'static str, usize) -> Nothing;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Nothing;
        serialize_map(Option<usize>) -> Nothing;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Nothing;
    }
}

impl SerializeSeq for Inside<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.next();
        value.serialize(Writer(self.out))
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = fmt::Error;

    #[expect(clippy::inline_always, reason = "where the name is known, writing it is a few moves")]
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), fmt::Error> {
        self.out.reserve(name.len() + 4);
        self.next();
        // Names of ours need no escapes.
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        value.serialize(Writer(self.out))
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(serde::Serialize)]
    struct Every {
        text: String,
        number: i32,
        list: Vec<Option<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u64>,
        /// Which serde_json writes.
        is_true: Option<bool>,
    }

    proptest! {
        #[test]
        fn writes_what_serde_json_writes(text: String, number: i32, list: Vec<Option<String>>, absent: Option<u64>, is_true: Option<bool>) {
            let every = Every { text, number, list, absent, is_true };
            let mut written = b"before".to_vec();
            write(&mut written, &every);
            prop_assert_eq!(String::from_utf8_lossy(&written), format!("before{}", serde_json::to_string(&every).unwrap()));
        }
    }
}
