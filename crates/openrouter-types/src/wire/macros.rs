//! What every generated type of a kind has in common.

/// `Clone` as one would derive it, but for one thing: what is derived is inlined, into each other and into each crate that
/// clones.
macro_rules! cloned {
    ($type:ident { $($field:ident),* }) => {
        impl Clone for $type {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone()),* }
            }
        }
    };
}

/// What every type that implements `Fields` and `Parts` has in common.
macro_rules! object {
    ($type:ident) => {
        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::wire::debug(stringify!($type), self, f)
            }
        }

        impl $crate::wire::Value for $type {
            #[inline(never)]
            fn take(&mut self, came: $crate::wire::Came<'_>) -> $crate::wire::Fit {
                $crate::wire::only_null(came, "an object")
            }

            #[inline(never)]
            fn open(&mut self, bracket: $crate::wire::Bracket) -> $crate::wire::Open<'_> {
                if bracket == $crate::wire::Bracket::List {
                    return $crate::wire::Open::Misfit($crate::wire::Misfit("an object"));
                }
                $crate::wire::Open::Object(self)
            }
        }

        impl $crate::wire::Shown for $type {
            #[inline(never)]
            fn view(&self) -> $crate::wire::View<'_> {
                $crate::wire::View::Object(self)
            }
        }

        impl $crate::wire::Typed for $type {
            const OPENS_ONLY: bool = true;
            const OPENS: &'static str = "an object";
        }

        $crate::wire::serde_through!($type);
    };
}

/// The serde side of a type that implements `Tagged`.
macro_rules! tagged_union {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            #[inline(never)]
            fn take(&mut self, came: $crate::wire::Came<'_>) -> $crate::wire::Fit {
                if let $crate::wire::Came::Raw(json) = came {
                    *self = Self::Unknown(UnknownMember::from_json(json.into()));
                    return Ok(());
                }
                $crate::wire::only_null(came, "an object")
            }

            #[inline(never)]
            fn open(&mut self, bracket: $crate::wire::Bracket) -> $crate::wire::Open<'_> {
                match bracket {
                    $crate::wire::Bracket::Object => $crate::wire::Open::Union(self),
                    $crate::wire::Bracket::List => {
                        $crate::wire::Open::Misfit($crate::wire::Misfit("an object"))
                    }
                }
            }
        }

        impl $crate::wire::Typed for $type {}

        $crate::wire::serde_through!($type);
    };
}

/// What every open enum and string newtype has: the type provides `known` and `as_str`.
macro_rules! open_string {
    ($type:ident) => {
        impl $crate::wire::Value for $type {
            #[inline(never)]
            fn take(&mut self, came: $crate::wire::Came<'_>) -> $crate::wire::Fit {
                if let $crate::wire::Came::Text(text) = came {
                    *self = Self::from_text(text);
                    return Ok(());
                }
                $crate::wire::only_null(came, "a string")
            }

            #[inline(never)]
            fn open(&mut self, _: $crate::wire::Bracket) -> $crate::wire::Open<'_> {
                $crate::wire::Open::Misfit($crate::wire::Misfit("a string"))
            }
        }

        impl $crate::wire::Shown for $type {
            #[inline(never)]
            fn view(&self) -> $crate::wire::View<'_> {
                $crate::wire::View::Text(self.as_str())
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

        impl $crate::wire::Typed for $type {}

        $crate::wire::serde_through!($type);
    };
}

/// `Serialize` and `Deserialize` by way of the functions of this module.
macro_rules! serde_through {
    ($type:ident) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::write($crate::wire::Shown::view(self), serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use {cloned, object, open_string, serde_through, tagged_union};
