//! Fabric's protobuf bytes, read without copying and in one way only.
//!
//! Fabric hashes and signs bytes, not messages, so what matters is that our reading of them is everybody's reading: shortest varints,
//! known fields, and every field that is not repeated at most once. (Go's library, which peers use, would take the last of two, or merge
//! them, and pass over what it does not know.) Order of fields is free, and a zero may be written out: some SDKs of Fabric do so.
//! Every repeated field has its bound in its type: [`Many`].
//!
//! Source: protobuf encoding, <https://protobuf.dev/programming-guides/encoding>; only varints and length-delimited fields occur in
//! Fabric's messages.

use std::fmt;
use std::ops::Deref;

use govhub_lc_core::Reason;

/// Largest number of a field that a message here may have: the fields seen are kept as bits.
const MAX_FIELD_NUMBER: u32 = 63;

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The bytes end within a field.
    Truncated,
    /// A number in more bytes than it needs, or beyond 64 bits.
    Varint,
    /// A wire type that none of Fabric's messages uses.
    WireType,
    /// A field that the message does not have.
    UnknownField,
    /// A field twice.
    Repeated,
    /// A number where bytes should be, or the other way round.
    Kind,
    /// A number that the field cannot hold.
    Range,
    /// Text that is no UTF-8.
    Utf8,
    /// More repetitions than the bound.
    TooMany,
}

/// Which message the bytes are not, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// Name of the innermost message that could not be read.
    pub message: &'static str,
    /// Why.
    pub why: Why,
}

impl fmt::Display for WireError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Truncated => "ends within a field",
            Why::Varint => "has a number that is not in its shortest form, or too large",
            Why::WireType => "has a wire type that Fabric does not use",
            Why::UnknownField => "has a field that is not known",
            Why::Repeated => "has a field twice",
            Why::Kind => "has a number where bytes are expected, or bytes where a number is",
            Why::Range => "has a number that is out of range",
            Why::Utf8 => "has text that is no UTF-8",
            Why::TooMany => "has more repetitions of a field than are read",
        };
        write!(out, "{} {why}", self.message)
    }
}

impl From<WireError> for Reason {
    fn from(error: WireError) -> Self {
        Reason::new("malformed", error.to_string())
    }
}

/// A field's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A varint.
    Number(u64),
    /// A length-delimited field.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn number(self) -> Result<u64, Why> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Bytes(_) => Err(Why::Kind),
        }
    }

    fn bytes(self) -> Result<&'a [u8], Why> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Number(_) => Err(Why::Kind),
        }
    }
}

/// A message of Fabric's: read with [`Message::read`], written with [`Message::write`].
pub trait Message<'a>: Default {
    /// Its protobuf name.
    const NAME: &'static str;

    /// Takes one field. `Ok(true)` if it is a repeated one.
    fn take(&mut self, number: u32, value: Value<'a>) -> Result<bool, WireError>;

    /// Appends all fields in ascending order, without those that hold their default: Go's encoding.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads a message that `bytes` are, all of them.
    ///
    /// # Errors
    /// [`WireError`], naming the innermost message at fault.
    fn read(bytes: &'a [u8]) -> Result<Self, WireError> {
        let at_fault = |why| WireError { message: Self::NAME, why };
        let (mut message, mut rest, mut seen) = (Self::default(), bytes, 0u64);
        while !rest.is_empty() {
            let (number, value) = field(&mut rest).map_err(at_fault)?;
            let repeated = message.take(number, value)?;
            let bit = 1u64 << number;
            if !repeated && seen & bit != 0 {
                return Err(at_fault(Why::Repeated));
            }
            seen |= bit;
        }
        Ok(message)
    }

    /// Its bytes.
    fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }
}

/// A kind of field.
pub trait Field<'a>: Default {
    /// Whether it may occur more than once.
    const REPEATED: bool = false;

    /// Takes one occurrence; `owner` names the message for errors.
    fn take(&mut self, owner: &'static str, value: Value<'a>) -> Result<(), WireError>;

    /// Appends it under `number`, unless it holds its default.
    fn put(&self, number: u32, out: &mut Vec<u8>);

    /// Appends it under `number` even if it holds its default: within `oneof` and lists.
    fn put_always(&self, number: u32, out: &mut Vec<u8>);
}

/// A repeated field with at most `MAX` repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Many<T, const MAX: usize>(pub Vec<T>);

impl<T, const MAX: usize> Default for Many<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for Many<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> From<Vec<T>> for Many<T, MAX> {
    fn from(list: Vec<T>) -> Self {
        Self(list)
    }
}

impl<'a, T: Field<'a>, const MAX: usize> Field<'a> for Many<T, MAX> {
    const REPEATED: bool = true;

    fn take(&mut self, owner: &'static str, value: Value<'a>) -> Result<(), WireError> {
        if self.0.len() == MAX {
            return Err(WireError { message: owner, why: Why::TooMany });
        }
        let mut one = T::default();
        Field::take(&mut one, owner, value)?;
        self.0.push(one);
        Ok(())
    }

    fn put(&self, number: u32, out: &mut Vec<u8>) {
        self.0.iter().for_each(|one| one.put_always(number, out));
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.put(number, out);
    }
}

/// A field whose presence means something.
impl<'a, T: Field<'a>> Field<'a> for Option<T> {
    fn take(&mut self, owner: &'static str, value: Value<'a>) -> Result<(), WireError> {
        Field::take(self.insert(T::default()), owner, value)
    }

    fn put(&self, number: u32, out: &mut Vec<u8>) {
        self.iter().for_each(|one| one.put_always(number, out));
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.put(number, out);
    }
}

impl<'a> Field<'a> for &'a [u8] {
    fn take(&mut self, owner: &'static str, value: Value<'a>) -> Result<(), WireError> {
        *self = value.bytes().map_err(|why| WireError { message: owner, why })?;
        Ok(())
    }

    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if !self.is_empty() {
            self.put_always(number, out);
        }
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        put_varint(u64::from(number) << 3 | 2, out);
        put_varint(self.len() as u64, out);
        out.extend_from_slice(self);
    }
}

impl<'a> Field<'a> for &'a str {
    fn take(&mut self, owner: &'static str, value: Value<'a>) -> Result<(), WireError> {
        let wrong = |why| WireError { message: owner, why };
        *self = std::str::from_utf8(value.bytes().map_err(wrong)?).map_err(|_| wrong(Why::Utf8))?;
        Ok(())
    }

    fn put(&self, number: u32, out: &mut Vec<u8>) {
        self.as_bytes().put(number, out);
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.as_bytes().put_always(number, out);
    }
}

macro_rules! number_field {
    ($kind:ty, $read:expr, $write:expr) => {
        impl Field<'_> for $kind {
            fn take(&mut self, owner: &'static str, value: Value<'_>) -> Result<(), WireError> {
                let wrong = |why| WireError { message: owner, why };
                let read: fn(u64) -> Option<$kind> = $read;
                *self = read(value.number().map_err(wrong)?).ok_or_else(|| wrong(Why::Range))?;
                Ok(())
            }

            fn put(&self, number: u32, out: &mut Vec<u8>) {
                if *self != <$kind>::default() {
                    self.put_always(number, out);
                }
            }

            fn put_always(&self, number: u32, out: &mut Vec<u8>) {
                let write: fn($kind) -> u64 = $write;
                put_varint(u64::from(number) << 3, out);
                put_varint(write(*self), out);
            }
        }
    };
}

number_field!(u64, Some, |number| number);
number_field!(u32, |number| u32::try_from(number).ok(), u64::from);
// A negative number stands as its 64-bit two's complement (protobuf, "signed integers").
number_field!(i32, |number| i32::try_from(number as i64).ok(), |number| i64::from(number) as u64);
number_field!(bool, |number| u8::try_from(number).ok().filter(|bit| *bit < 2).map(|bit| bit == 1), u64::from);

/// Defines messages: `name { number field: kind, }`, as the `.proto` file has them.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? { $($(#[$field_doc:meta])* $number:literal $field:ident: $kind:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq)]
            pub struct $name $(<$life>)? { $($(#[$field_doc])* #[doc = concat!("Field ", stringify!($number), ".")] pub $field: $kind,)* }

            impl<'a> $crate::wire::Message<'a> for $crate::wire::messages!(@self $name $($life)?) {
                const NAME: &'static str = stringify!($name);

                fn take(&mut self, number: u32, value: $crate::wire::Value<'a>) -> Result<bool, $crate::wire::WireError> {
                    use $crate::wire::Field;
                    match number {
                        $($number => {
                            Field::take(&mut self.$field, Self::NAME, value)?;
                            Ok(<$crate::wire::messages!(@kind $kind) as Field>::REPEATED)
                        })*
                        _ => Err($crate::wire::WireError { message: Self::NAME, why: $crate::wire::Why::UnknownField }),
                    }
                }

                fn put(&self, out: &mut Vec<u8>) {
                    use $crate::wire::Field;
                    $(Field::put(&self.$field, $number, out);)*
                }
            }

            impl<'a> $crate::wire::Field<'a> for $crate::wire::messages!(@self $name $($life)?) {
                fn take(&mut self, owner: &'static str, value: $crate::wire::Value<'a>) -> Result<(), $crate::wire::WireError> {
                    *self = $crate::wire::embedded(owner, value)?;
                    Ok(())
                }

                fn put(&self, number: u32, out: &mut Vec<u8>) {
                    self.put_always(number, out);
                }

                fn put_always(&self, number: u32, out: &mut Vec<u8>) {
                    $crate::wire::Message::write(self).as_slice().put_always(number, out);
                }
            }
        )*
    };
    (@self $name:ident $life:lifetime) => { $name<'a> };
    (@self $name:ident) => { $name };
    (@kind $kind:ty) => { $kind };
}
pub(crate) use messages;

/// A message within another.
pub(crate) fn embedded<'a, M: Message<'a>>(owner: &'static str, value: Value<'a>) -> Result<M, WireError> {
    M::read(value.bytes().map_err(|why| WireError { message: owner, why })?)
}

/// The first field of `rest`, which moves behind it.
fn field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Value<'a>), Why> {
    let tag = varint(rest)?;
    let number = u32::try_from(tag >> 3).map_err(|_| Why::UnknownField)?;
    if number == 0 || number > MAX_FIELD_NUMBER {
        return Err(Why::UnknownField);
    }
    let value = match tag & 7 {
        0 => Value::Number(varint(rest)?),
        2 => Value::Bytes(delimited(rest)?),
        _ => return Err(Why::WireType),
    };
    Ok((number, value))
}

/// A length and as many bytes.
pub(crate) fn delimited<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Why> {
    let length = usize::try_from(varint(rest)?).map_err(|_| Why::Truncated)?;
    let (bytes, behind) = rest.split_at_checked(length).ok_or(Why::Truncated)?;
    *rest = behind;
    Ok(bytes)
}

/// A varint in its shortest form.
fn varint(rest: &mut &[u8]) -> Result<u64, Why> {
    let mut number = 0u64;
    for (index, &byte) in rest.iter().enumerate().take(10) {
        let (bits, shift) = (u64::from(byte & 0x7f), 7 * index as u32);
        if shift == 63 && bits > 1 {
            return Err(Why::Varint);
        }
        number |= bits << shift;
        if byte < 0x80 {
            let shortest = byte != 0 || index == 0;
            *rest = rest.get(index + 1..).unwrap_or_default();
            return if shortest { Ok(number) } else { Err(Why::Varint) };
        }
    }
    if rest.len() < 10 { Err(Why::Truncated) } else { Err(Why::Varint) }
}

pub(crate) fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    messages! {
        Inner { 1 number: u64, }
        Outer<'a> {
            1 small: u32,
            2 signed: i32,
            3 flag: bool,
            4 text: &'a str,
            5 raw: &'a [u8],
            6 inner: Option<Inner>,
            7 list: Many<&'a [u8], 2>,
            8 chosen: Option<i32>,
        }
    }

    fn refusal(bytes: &[u8]) -> Why {
        Outer::read(bytes).expect_err("must be refused").why
    }

    #[test]
    fn a_message_comes_back_from_its_bytes() {
        let message = Outer {
            small: u32::MAX,
            signed: -1,
            flag: true,
            text: "a",
            raw: &[0],
            inner: Some(Inner { number: u64::MAX }),
            list: vec![&b"x"[..], b""].into(),
            chosen: Some(0),
        };
        assert_eq!(Outer::read(&message.write()), Ok(message));
        assert!(Outer::default().write().is_empty());
    }

    #[test]
    fn presence_is_seen_even_of_a_zero_or_an_empty_message() {
        let read = Outer::read(&[0x32, 0, 0x40, 0]).expect("well formed");
        assert_eq!((read.inner, read.chosen), (Some(Inner::default()), Some(0)));
    }

    #[test]
    fn zeros_may_be_written_out_and_fields_stand_in_any_order() {
        assert_eq!(Outer::read(&[0x18, 1, 0x08, 0]), Ok(Outer { flag: true, ..Outer::default() }));
    }

    #[test]
    fn each_second_reading_is_refused() {
        assert_eq!(refusal(&[0x08, 1, 0x08, 2]), Why::Repeated);
        assert_eq!(refusal(&[0x32, 0, 0x32, 0]), Why::Repeated);
        assert_eq!(refusal(&[0x48, 1]), Why::UnknownField);
        assert_eq!(refusal(&[0x00, 1]), Why::UnknownField);
        assert_eq!(refusal(&[0x08, 0x81, 0x00]), Why::Varint);
        assert_eq!(refusal(&[0x88, 0x00, 1]), Why::Varint);
        assert_eq!(refusal(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]), Why::Varint);
        assert_eq!(refusal(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), Why::Varint);
        assert_eq!(refusal(&[0x09, 0, 0, 0, 0, 0, 0, 0, 0]), Why::WireType);
        assert_eq!(refusal(&[0x0b, 0x0c]), Why::WireType);
        assert_eq!(refusal(&[0x2a, 2, 1]), Why::Truncated);
        assert_eq!(refusal(&[0x08]), Why::Truncated);
        assert_eq!(refusal(&[0x08, 0x80]), Why::Truncated);
        assert_eq!(refusal(&[0x0a, 0]), Why::Kind);
        assert_eq!(refusal(&[0x28, 0]), Why::Kind);
        assert_eq!(refusal(&[0x22, 1, 0xff]), Why::Utf8);
        assert_eq!(refusal(&[0x18, 2]), Why::Range);
        assert_eq!(refusal(&[0x08, 0x80, 0x80, 0x80, 0x80, 0x10]), Why::Range);
        assert_eq!(refusal(&[0x3a, 0, 0x3a, 0, 0x3a, 0]), Why::TooMany);
        assert_eq!(Outer::read(&[0x32, 2, 0x10, 1]).expect_err("inner").message, "Inner");
    }
}
