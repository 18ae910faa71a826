//! Deserializes the pairs of a form into a value of any type.
//!
//! An empty optional value is `None`, repeated names fill a list, a ticked box (`on`) is `true`,
//! and a nested struct may be flattened into the form.

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess,
        Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

/// A decoded name or value.
type Text<'p> = Cow<'p, str>;

/// A form. Every value is a text until the field asks for another type.
pub(super) struct Form<'p> {
    pairs: Vec<(Text<'p>, Text<'p>)>,
}

/// Maximum number of fields that are tried as numbers, booleans or nothing (see [`Form::read`]):
/// each try reads the whole form again.
const GUESSES_MAX: usize = 64;

/// The type that is tried for a field of a flattened struct, instead of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guess {
    /// A number or a boolean.
    Scalar,
    /// No value: an optional number whose input was left empty.
    Nothing,
}

impl<'p> Form<'p> {
    pub(super) fn new(pairs: Vec<(Text<'p>, Text<'p>)>) -> Form<'p> {
        Form { pairs }
    }

    /// Reads the form as a `T`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let mut typed = Vec::new();
        let mut fault = match self.read_with(&typed) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        // serde buffers the fields of a flattened struct without their types. So it refuses a text
        // if the struct needs a number or a boolean. The error contains the text, but not the name
        // of the field. So each field with this text is tried as a number or boolean and, if it is
        // empty, as no value.
        let pairs = self.pairs.iter().take(GUESSES_MAX);
        let guesses = pairs.flat_map(|pair| [(pair, Guess::Scalar), (pair, Guess::Nothing)]);
        for ((name, text), guess) in guesses {
            let refused = format!("invalid type: string {text:?}");
            let is_refused = fault.field.is_none() && fault.text.starts_with(&refused);
            if !is_refused || (guess == Guess::Nothing && !text.is_empty()) {
                continue;
            }
            typed.push((&**name, guess));
            match self.read_with(&typed) {
                Ok(value) => return Ok(value),
                Err(other) if other.text.starts_with("invalid type: string") => fault = other,
                Err(other) if !other.text.starts_with("invalid type") => fault = other,
                Err(_) => drop(typed.pop()), // this field needs a text
            }
        }
        Err(fault)
    }

    /// Reads the form as a `T`, with these guesses for the fields of flattened structs.
    fn read_with<T: DeserializeOwned>(&self, typed: &[(&str, Guess)]) -> Result<T, Fault> {
        T::deserialize(Fields { form: self, typed })
    }
}

/// Why a form cannot be read as the requested type.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) field: Option<String>,
    pub(super) text: String,
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Fault {
        Fault { field: None, text: text.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

/// Passes a form to serde.
struct Fields<'f, 'p> {
    form: &'f Form<'p>,
    /// The names of the fields that are not passed to serde as texts.
    typed: &'f [(&'f str, Guess)],
}

impl<'de> Deserializer<'de> for Fields<'_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (name, value) in &self.form.pairs {
            let at = *places.entry(name).or_insert(groups.len());
            if at == groups.len() {
                groups.push((name, Vec::new()));
            }
            groups[at].1.push(value);
        }
        visitor.visit_map(Groups { groups: groups.into_iter(), next: None, typed: self.typed })
    }

    /// All pairs in their order.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let pairs = self.form.pairs.iter();
        let pairs = pairs.map(|pair| (Value::from_text(&pair.0), Value::from_text(&pair.1)));
        MapDeserializer::new(pairs).deserialize_seq(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Passes the pairs to serde as a map: each name with all its values.
struct Groups<'f> {
    groups: std::vec::IntoIter<(&'f str, Vec<&'f str>)>,
    next: Option<(&'f str, Vec<&'f str>)>,
    typed: &'f [(&'f str, Guess)],
}

impl<'de> MapAccess<'de> for Groups<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.next = self.groups.next();
        let Some((name, _)) = self.next else { return Ok(None) };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, texts) = self.next.take().unwrap_or_default();
        let guess = self.typed.iter().find(|typed| typed.0 == name).map(|typed| typed.1);
        let value = Value { name, texts, guess };
        seed.deserialize(value).map_err(|mut fault| {
            // The text of this fault names the field already.
            let names_field = fault.text.starts_with("duplicate field");
            fault.field = fault.field.or_else(|| (!names_field).then(|| name.to_owned()));
            fault
        })
    }
}

/// The values of one name.
struct Value<'f> {
    name: &'f str,
    texts: Vec<&'f str>,
    guess: Option<Guess>,
}

impl<'f> Value<'f> {
    fn from_text(text: &'f str) -> Value<'f> {
        Value { name: "", texts: vec![text], guess: None }
    }

    fn text(&self) -> Result<&'f str, Fault> {
        match *self.texts {
            [text] => Ok(text),
            _ => Err(de::Error::custom(format_args!("duplicate field `{}`", self.name))),
        }
    }
}

impl<'de> IntoDeserializer<'de, Fault> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The value of a text that is read as a number or boolean, for a field of a flattened struct.
enum Scalar {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
}

impl Scalar {
    fn parse(text: &str) -> Option<Scalar> {
        let number = text.parse().ok().map(Scalar::Unsigned);
        let number = number.or_else(|| text.parse().ok().map(Scalar::Signed));
        let number = number.or_else(|| text.parse().ok().map(Scalar::Float));
        number.or_else(|| parse_bool(text).map(Scalar::Bool))
    }
}

/// Parses a boolean, as a checkbox or a query writes it.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "1" => Some(true),
        "" | "off" | "false" | "0" => Some(false),
        _ => None,
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.text()?.parse().map_err(de::Error::custom)?)
        })*
    };
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.texts.len() != 1 {
            return self.deserialize_seq(visitor);
        }
        let text = self.text()?;
        let scalar = match self.guess {
            Some(Guess::Nothing) => return visitor.visit_unit(),
            Some(Guess::Scalar) => Scalar::parse(text),
            None => None,
        };
        match scalar {
            Some(Scalar::Unsigned(number)) => visitor.visit_u64(number),
            Some(Scalar::Signed(number)) => visitor.visit_i64(number),
            Some(Scalar::Float(number)) => visitor.visit_f64(number),
            Some(Scalar::Bool(value)) => visitor.visit_bool(value),
            None => visitor.visit_str(text),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = parse_bool(self.text()?);
        visitor.visit_bool(value.ok_or_else(|| de::Error::custom("neither on nor off"))?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match *self.texts {
            [""] => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let values = self.texts.into_iter().map(Value::from_text);
        SeqDeserializer::new(values).deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    parsed! {
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_i128 visit_i128 deserialize_u8 visit_u8
        deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_u128 visit_u128 deserialize_f32 visit_f32 deserialize_f64 visit_f64
        deserialize_char visit_char
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}
