//! Unions.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{doc, rust_type};
use crate::codegen::plan::{Item, Type, Variant};

pub(super) fn tagged(
    item: &Item,
    tag: &str,
    variants: &[Variant],
    docs: &TokenStream,
) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let definition = definition(item, variants, docs);
    let arms = variants.iter().flat_map(|variant| {
        let name = format_ident!("{}", variant.name);
        let arm = move |tag| quote! { #tag => { *self = Self::#name(Default::default()); #tag } };
        variant.tags.iter().map(arm)
    });
    let members: Vec<_> = variants
        .iter()
        .map(|variant| format_ident!("{}", variant.name))
        .collect();
    let tag_docs = format!("The value of `{tag}`; `None` for an unknown member without one.");
    let names = variants.iter().map(|variant| {
        let (name, tag) = (format_ident!("{}", variant.name), &variant.tags[0]);
        (name, tag)
    });
    let (known, known_tags): (Vec<_>, Vec<_>) = names
        .filter(|(_, _)| variants.iter().all(|v| v.tags.len() == 1))
        .unzip();
    let tag_method = (!known.is_empty()).then(|| {
        let method = format_ident!("{}", if tag == "role" { "role" } else { "kind" });
        let docs = doc(&tag_docs);
        quote! {
            impl #name {
                #docs
                #[must_use]
                pub fn #method(&self) -> Option<alloc::borrow::Cow<'_, str>> {
                    match self {
                        #(Self::#known(_) => Some(alloc::borrow::Cow::Borrowed(#known_tags)),)*
                        Self::Unknown(member) => member.get(#tag)?.to_text().map(alloc::borrow::Cow::Owned),
                    }
                }
            }
        }
    });
    quote! {
        #definition
        #tag_method

        impl wire::Tagged for #name {
            fn tag(&self) -> &'static str {
                #tag
            }

            #[inline(never)]
            fn begin(&mut self, name: &str) -> Option<&'static str> {
                Some(match name { #(#arms)* _ => return None })
            }

            #[inline(never)]
            fn member(&mut self) -> Option<&mut dyn wire::Fields> {
                match self {
                    #(Self::#members(member) => Some(member),)*
                    Self::Unknown(_) => None,
                }
            }

            #[inline(never)]
            fn set_unknown(&mut self, member: UnknownMember) {
                *self = Self::Unknown(member);
            }
        }

        wire::tagged_union!(#name);
    }
}

pub(super) fn untagged(item: &Item, variants: &[Variant], docs: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let definition = definition(item, variants, docs);
    let mut kinds: BTreeMap<&str, Vec<&Variant>> = BTreeMap::new();
    for variant in variants {
        kinds.entry(variant.kind).or_default().push(variant);
    }
    let one = |kind: &str| match kinds.get(kind).map(Vec::as_slice) {
        Some([one]) => Some((format_ident!("{}", one.name), rust_type(&one.ty))),
        _ => None,
    };
    let plain = ["string", "bool", "number"].into_iter().filter_map(|kind| {
        let (variant, ty) = one(kind)?;
        let came = match kind {
            "string" => quote! { wire::Came::Text(_) },
            "bool" => quote! { wire::Came::Bool(_) },
            _ => quote! { wire::Came::Unsigned(_) | wire::Came::Signed(_) | wire::Came::Float(_) },
        };
        Some(quote! {
            if let #came = came {
                let mut value = <#ty>::default();
                wire::Value::take(&mut value, came)?;
                *self = Self::#variant(value);
                return Ok(());
            }
        })
    });
    let open = |kind| match one(kind) {
        Some((variant, _)) => quote! {
            {
                *self = Self::#variant(Default::default());
                match self {
                    Self::#variant(value) => wire::Value::open(value, bracket),
                    _ => wire::Open::Misfit(wire::Misfit("another kind")),
                }
            }
        },
        None => quote! { wire::Open::Raw(self) },
    };
    let (object, list) = (open("object"), open("array"));
    let tries: Vec<_> = kinds
        .iter()
        .filter_map(|(kind, variants)| tries(kind, variants))
        .collect();
    quote! {
        #definition

        impl wire::Value for #name {
            #[inline(never)]
            fn take(&mut self, came: wire::Came<'_>) -> wire::Fit {
                #(#plain)*
                let Some(json) = came.into_json()? else {
                    return Ok(());
                };
                #(#tries)*
                *self = Self::Unknown(UnknownMember::from_json(json));
                Ok(())
            }

            #[inline(never)]
            fn open(&mut self, bracket: wire::Bracket) -> wire::Open<'_> {
                match bracket {
                    wire::Bracket::Object => #object,
                    wire::Bracket::List => #list,
                }
            }
        }

        impl wire::Typed for #name {}

        wire::serde_through!(#name);
    }
}

/// How text becomes a member, for the kinds of JSON value where that is not plain from the kind: of several members of
/// one kind, the first that fits, told by what it requires or by what it holds; and numbers, whose digits may matter.
fn tries(kind: &str, variants: &[&Variant]) -> Option<TokenStream> {
    let pattern = match kind {
        "string" => quote! { String },
        "number" => quote! { Number },
        "bool" => quote! { Bool },
        "array" => quote! { Array },
        _ => quote! { Object },
    };
    if let [one] = variants
        && !matches!(one.ty, Type::Number | Type::Decimal)
    {
        return None;
    }
    let tries = variants.iter().map(|variant| {
        let (name, ty) = (format_ident!("{}", variant.name), rust_type(&variant.ty));
        let required = &variant.required;
        let fits = match kind {
            "object" => quote! { wire::has_fields(&json, &[#(#required),*]) && },
            _ => TokenStream::new(),
        };
        quote! {
            if #fits let Some(value) = wire::fit::<#ty>(&json) {
                *self = Self::#name(value);
                return Ok(());
            }
        }
    });
    Some(quote! { if wire::kind(json.as_str()) == wire::Kind::#pattern { #(#tries)* } })
}

/// The enum, its conversions, and how it is written.
fn definition(item: &Item, variants: &[Variant], docs: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let names: Vec<_> = variants
        .iter()
        .map(|variant| format_ident!("{}", variant.name))
        .collect();
    let types: Vec<_> = variants
        .iter()
        .map(|variant| rust_type(&variant.ty))
        .collect();
    let meanings = variants.iter().map(|variant| doc(&variant.docs));
    let conversions = variants
        .iter()
        .map(|variant| conversions(item, variant, variants));
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#meanings #names(#types),)*
            /// A member that this version does not know, as it came.
            Unknown(UnknownMember),
        }

        impl wire::Shown for #name {
            #[inline(never)]
            fn view(&self) -> wire::View<'_> {
                match self {
                    #(Self::#names(value) => wire::View::Member(value),)*
                    Self::Unknown(member) => wire::Shown::view(member),
                }
            }
        }

        impl Default for #name {
            fn default() -> Self {
                Self::Unknown(UnknownMember::default())
            }
        }

        #(#conversions)*
    }
}

fn conversions(item: &Item, variant: &Variant, variants: &[Variant]) -> TokenStream {
    if variants
        .iter()
        .filter(|other| other.ty == variant.ty)
        .count()
        > 1
    {
        return TokenStream::new();
    }
    let (name, variant_name, ty) = (
        format_ident!("{}", item.name),
        format_ident!("{}", variant.name),
        rust_type(&variant.ty),
    );
    let from_str = (variant.ty == Type::String).then(|| {
        quote! {
            impl From<&str> for #name {
                fn from(text: &str) -> Self {
                    Self::#variant_name(text.into())
                }
            }
        }
    });
    quote! {
        impl From<#ty> for #name {
            fn from(value: #ty) -> Self {
                Self::#variant_name(value)
            }
        }

        #from_str
    }
}
