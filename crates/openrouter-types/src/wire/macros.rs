//! What every generated type of a kind has in common.

/// The serde side of a type that implements `Object`.
macro_rules! object {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize_object(deserializer)
            }

            fn from_raw(raw: &serde_json::value::RawValue) -> Option<Self> {
                $crate::wire::object_from_raw(raw)
            }
        }

        $crate::wire::serde_through!($type, $crate::wire::serialize_object);
    };
}

/// The serde side of a type that implements `TaggedUnion`.
macro_rules! tagged_union {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize_tagged(deserializer)
            }

            fn from_raw(raw: &serde_json::value::RawValue) -> Option<Self> {
                $crate::wire::tagged_from_raw(raw)
            }
        }

        $crate::wire::serde_through!($type, $type::write);
    };
}

/// The serde side of a type that implements `UntaggedUnion`.
macro_rules! untagged_union {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize_untagged(deserializer)
            }

            fn from_raw(raw: &serde_json::value::RawValue) -> Option<Self> {
                $crate::wire::untagged_from_raw(raw)
            }
        }

        $crate::wire::serde_through!($type, $type::write);
    };
}

/// What every open enum and string newtype has: the type provides `known` and `as_str`.
macro_rules! open_string {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TextVisitor;

                impl serde::de::Visitor<'_> for TextVisitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E>(self, text: &str) -> Result<$type, E> {
                        Ok($type::from(text))
                    }
                }

                deserializer.deserialize_str(TextVisitor)
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::from_text(text)
            }
        }

        impl From<alloc::string::String> for $type {
            fn from(text: alloc::string::String) -> Self {
                Self::from_text(&text)
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        /// The empty text, which no server sends.
        impl Default for $type {
            fn default() -> Self {
                Self::from_text("")
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Self as $crate::wire::Value>::read(deserializer)
            }
        }
    };
}

/// `Serialize` and `Deserialize` by way of the functions of this module.
macro_rules! serde_through {
    ($type:ident, $write:path) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $write(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Self as $crate::wire::Value>::read(deserializer)
            }
        }
    };
}

pub(crate) use {object, open_string, serde_through, tagged_union, untagged_union};
