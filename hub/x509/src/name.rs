//! Distinguished names.

use std::fmt;

use der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use der::{Any, Encode, Tag, Tagged};

use crate::limits::MAX_NAME_ATTRIBUTES;
use crate::asn1::malformed;
use crate::DecodeError;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// Subject or issuer: its DER, by which names are equal or not, and the three attributes that our chains give a meaning to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    der: Vec<u8>,
    common_names: Vec<String>,
    organizations: Vec<String>,
    organizational_units: Vec<String>,
}

impl Name {
    pub(crate) fn new(name: &x509_cert::name::Name) -> Result<Self, DecodeError> {
        let wrong = |error: der::Error| malformed("name", error);
        let count = name.iter().count();
        if count > MAX_NAME_ATTRIBUTES {
            return Err(DecodeError::TooLarge { what: "attributes of a name", found: count, max: MAX_NAME_ATTRIBUTES });
        }
        let values = |oid: ObjectIdentifier| name.iter().filter(move |one| one.oid == oid).map(|one| text(&one.value)).collect::<der::Result<Vec<_>>>();
        Ok(Self {
            der: name.to_der().map_err(wrong)?,
            common_names: values(COMMON_NAME).map_err(wrong)?,
            organizations: values(ORGANIZATION).map_err(wrong)?,
            organizational_units: values(ORGANIZATIONAL_UNIT).map_err(wrong)?,
        })
    }

    /// DER of the name.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// CN, if there is exactly one: of two, other readers take the first, the last or both.
    pub fn common_name(&self) -> Option<&str> {
        only(&self.common_names)
    }

    /// O, if there is exactly one.
    pub fn organization(&self) -> Option<&str> {
        only(&self.organizations)
    }

    /// Every O, in their order.
    pub fn organizations(&self) -> &[String] {
        &self.organizations
    }

    /// Every OU, in their order.
    pub fn organizational_units(&self) -> &[String] {
        &self.organizational_units
    }
}

/// CN, OU and O, for people.
impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("CN", &self.common_names), ("OU", &self.organizational_units), ("O", &self.organizations)];
        let parts: Vec<String> = parts.into_iter().flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}"))).collect();
        out.write_str(&parts.join(","))
    }
}

fn only(values: &[String]) -> Option<&str> {
    match values {
        [one] => Some(one),
        _ => None,
    }
}

/// Text in one of the types that RFC 5280 asks new certificates to use, or IA5.
fn text(value: &Any) -> der::Result<String> {
    match value.tag() {
        Tag::Utf8String => Utf8StringRef::try_from(value).map(|text| text.as_str().to_owned()),
        Tag::PrintableString => PrintableStringRef::try_from(value).map(|text| text.as_str().to_owned()),
        Tag::Ia5String => Ia5StringRef::try_from(value).map(|text| text.as_str().to_owned()),
        tag => Err(tag.value_error().into()),
    }
}
