//! A place in a scenario's source and the RON value that stands there.
//!
//! `ron` reads every value; what it does not keep is where each stood. A [`Node`] is a piece of the
//! source that holds exactly one value, found as a `RawValue`, which borrows from the source: the
//! difference of their addresses is the place. Nodes are taken apart one level at a time and only
//! as far as the schema goes, so all mistakes of a file come to light, not only the first.
//!
//! Deriving `Deserialize` for the schema instead would end each struct at its first mistake, and
//! `ron` tells the place of a wrong value only roughly.

use ron::extensions::Extensions;
use ron::value::RawValue;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use std::fmt;
use std::ops::Range;

/// One value of the source, without white space and comments around it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The value as it is written.
    pub text: &'a str,
    /// The octet of the source at which it starts.
    pub start: usize,
}

/// A word of the source: the name of a field, a variant or a struct.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// The word.
    pub text: &'a str,
    /// The octet of the source at which it starts.
    pub start: usize,
}

/// A name with what stands in parentheses after it.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The name; `None` for parentheses alone.
    pub name: Option<Word<'a>>,
    /// What stands in the parentheses.
    pub arguments: Arguments<'a>,
}

/// What stands in parentheses.
#[derive(Clone, Debug)]
pub enum Arguments<'a> {
    /// There are none, or they are empty.
    None,
    /// `name: value, …`
    Named(Vec<(Word<'a>, Node<'a>)>),
    /// `value, …`
    Positional(Vec<Node<'a>>),
}

/// The settings with which scenarios are read.
pub fn options() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
}

impl<'a> Word<'a> {
    /// The octets of the source.
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

impl<'a> Node<'a> {
    /// The octets of the source.
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The octet of the source at which `part`, a part of this value's text, starts.
    fn place(&self, part: &str) -> usize {
        self.start + (part.as_ptr() as usize - self.text.as_ptr() as usize)
    }

    fn word(&self, text: &'a str) -> Word<'a> {
        let start = self.place(text);
        Word { text, start }
    }

    fn part(&self, raw: &'a RawValue) -> Node<'a> {
        // White space is trimmed already, but for a line break that ends a comment. No value begins
        // or ends with a slash; trimming comments parses once more, so only where there is one.
        let text = raw.get_ron();
        let has_comment = text.starts_with('/') || text.ends_with(['/', '\n']);
        let raw = if has_comment { raw.trim() } else { raw };
        let text = raw.get_ron().trim();
        let start = self.place(text);
        Node { text, start }
    }

    /// The elements, if this is a list.
    pub fn list(&self) -> Option<Vec<Node<'a>>> {
        let parts: Vec<&'a RawValue> = options().from_str(self.text).ok()?;
        Some(parts.into_iter().map(|raw| self.part(raw)).collect())
    }

    /// The keys and values in order, repeated ones too, if this is a map.
    pub fn entries(&self) -> Option<Vec<(Node<'a>, Node<'a>)>> {
        let Entries(parts) = options().from_str(self.text).ok()?;
        let entries = parts.into_iter();
        Some(
            entries
                .map(|(key, value)| (self.part(key), self.part(value)))
                .collect(),
        )
    }

    /// The name and what stands in parentheses, if this is a name, a struct or a tuple.
    pub fn call(&self) -> Option<Call<'a>> {
        let named = !self.text.starts_with('(');
        let read = [Form::Name, Form::Fields, Form::Elements]
            .into_iter()
            .find_map(|form| {
                let reading = Reading { form, named };
                options().from_str_seed(self.text, reading).ok()
            })?;
        let arguments = if !read.fields.is_empty() {
            let fields = read.fields.into_iter();
            let fields = fields.map(|(name, raw)| (self.word(name), self.part(raw)));
            Arguments::Named(fields.collect())
        } else if !read.elements.is_empty() {
            let elements = read.elements.into_iter();
            Arguments::Positional(elements.map(|raw| self.part(raw)).collect())
        } else {
            Arguments::None
        };
        let name = read.name.map(|name| self.word(name));
        Some(Call { name, arguments })
    }

    /// The name, if this is nothing but a name.
    pub fn name(&self) -> Option<&'a str> {
        let call = self.call()?;
        let name = call.name?;
        (name.text.len() == self.text.len()).then_some(name.text)
    }

    /// The text, if this is a string.
    pub fn string(&self) -> Option<String> {
        options().from_str(self.text).ok()
    }

    /// The value, if this is `T` for `ron`: an integer or a boolean.
    pub fn value<T: Deserialize<'a>>(&self) -> Option<T> {
        options().from_str(self.text).ok()
    }

    /// What this is, in words, for a sentence that says what was found.
    pub fn found(&self) -> String {
        /// More characters than this say no more.
        const SHOWN_MAX: usize = 40;
        match self.text.chars().next() {
            Some('{') => "a map".into(),
            _ if self.text.chars().count() <= SHOWN_MAX => self.canonical(),
            Some('[') => "a list".into(),
            Some('(') => "a group in parentheses".into(),
            Some('"') => "a long string".into(),
            _ => self
                .call()
                .and_then(|call| call.name)
                .map_or("a long value".into(), |name| {
                    let name: String = name.text.chars().take(SHOWN_MAX).collect();
                    format!("`{name}(…)`")
                }),
        }
    }

    /// The value in one line, without comments, with one blank after each comma.
    pub fn canonical(&self) -> String {
        let join = |parts: Vec<Node>| {
            let parts: Vec<String> = parts.iter().map(Node::canonical).collect();
            parts.join(", ")
        };
        match self.text.chars().next() {
            Some('[') => self.list().map(|parts| format!("[{}]", join(parts))),
            Some('(' | 'A'..='Z' | 'a'..='z') => self.call().map(|call| {
                let name = call.name.map_or("", |name| name.text);
                match call.arguments {
                    Arguments::None => name.to_string(),
                    Arguments::Positional(parts) => format!("{name}({})", join(parts)),
                    Arguments::Named(fields) => {
                        let fields: Vec<String> = fields
                            .iter()
                            .map(|(field, value)| format!("{}: {}", field.text, value.canonical()))
                            .collect();
                        format!("{name}({})", fields.join(", "))
                    }
                }
            }),
            _ => None,
        }
        .unwrap_or_else(|| self.text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// A map that keeps every entry, also those whose key was there before.
struct Entries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// How to read a name and what stands in parentheses after it.
#[derive(Clone, Copy)]
enum Form {
    /// Nothing does.
    Name,
    /// `name: value, …`
    Fields,
    /// `value, …`
    Elements,
}

/// What was read in one of the forms.
#[derive(Default)]
struct Read<'de> {
    name: Option<&'de str>,
    fields: Vec<(&'de str, &'de RawValue)>,
    elements: Vec<&'de RawValue>,
}

/// Reads in a form; parentheses alone if not `named`.
#[derive(Clone, Copy)]
struct Reading {
    form: Form,
    named: bool,
}

impl<'de> DeserializeSeed<'de> for Reading {
    type Value = Read<'de>;
    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Read<'de>, D::Error> {
        match self.form {
            _ if self.named => from.deserialize_enum("", &[], self),
            Form::Elements => from.deserialize_tuple(0, self),
            Form::Name | Form::Fields => from.deserialize_struct("", &[], self),
        }
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name, perhaps with something in parentheses")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Read<'de>, A::Error> {
        let (name, rest) = data.variant_seed(Identifier)?;
        let read = match self.form {
            Form::Name => {
                rest.unit_variant()?;
                Read::default()
            }
            Form::Fields => rest.struct_variant(&[], self)?,
            Form::Elements => rest.tuple_variant(0, self)?,
        };
        let name = Some(name);
        Ok(Read { name, ..read })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read<'de>, A::Error> {
        let mut read = Read::default();
        while let Some(name) = map.next_key_seed(Identifier)? {
            read.fields.push((name, map.next_value()?));
        }
        Ok(read)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read<'de>, A::Error> {
        let mut read = Read::default();
        while let Some(element) = seq.next_element()? {
            read.elements.push(element);
        }
        Ok(read)
    }
}

/// Reads a name as it stands in the source.
struct Identifier;

impl<'de> DeserializeSeed<'de> for Identifier {
    type Value = &'de str;
    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<&'de str, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for Identifier {
    type Value = &'de str;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<&'de str, E> {
        Ok(name)
    }
}
