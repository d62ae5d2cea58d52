//! Unions.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
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
    let component = item.component.as_deref().unwrap_or(&item.name);
    let definition = definition(item, variants, docs);
    let members: Vec<&String> = variants.iter().flat_map(|variant| &variant.tags).collect();
    let mut next = 0_usize;
    let arms = variants.iter().map(|variant| {
        let name = format_ident!("{}", variant.name);
        let first = Literal::usize_unsuffixed(next);
        next += variant.tags.len();
        let last = Literal::usize_unsuffixed(next.saturating_sub(1));
        let numbers = match variant.tags.len() {
            1 => quote! { #first },
            2 => quote! { #first | #last },
            _ => quote! { #first..=#last },
        };
        quote! { Some(#numbers) => members.object().map(Self::#name), }
    });
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

        impl wire::TaggedUnion for #name {
            const NAME: &'static str = #component;
            const TAG: &'static str = #tag;
            const MEMBERS: &'static [&'static str] = &[#(#members),*];

            fn read<'de, M: wire::Members<'de>>(member: Option<usize>, members: M) -> Result<Self, M::Error> {
                match member {
                    #(#arms)*
                    _ => members.unknown().map(Self::Unknown),
                }
            }
        }

        wire::tagged_union!(#name);
    }
}

pub(super) fn untagged(item: &Item, variants: &[Variant], docs: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let component = item.component.as_deref().unwrap_or(&item.name);
    let definition = definition(item, variants, docs);
    let mut kinds: BTreeMap<&str, Vec<&Variant>> = BTreeMap::new();
    for variant in variants {
        kinds.entry(variant.kind).or_default().push(variant);
    }
    let arms = kinds.iter().map(|(kind, variants)| {
        let pattern = match *kind {
            "string" => quote! { wire::Kind::String },
            "number" => quote! { wire::Kind::Number },
            "bool" => quote! { wire::Kind::Bool },
            "array" => quote! { wire::Kind::Array },
            _ => quote! { wire::Kind::Object },
        };
        if let [one] = variants[..] {
            let name = format_ident!("{}", one.name);
            return quote! { #pattern => source.value().map(Self::#name), };
        }
        // Several members of one kind: the first that fits, told by what it requires or by what it holds.
        let tries = variants.iter().map(|variant| {
            let (name, ty) = (format_ident!("{}", variant.name), rust_type(&variant.ty));
            let required = &variant.required;
            if *kind == "object" {
                quote! {
                    if wire::has_fields(&raw, &[#(#required),*])
                        && let Some(value) = wire::fit::<#ty>(&raw)
                    {
                        return Ok(Self::#name(value));
                    }
                }
            } else {
                quote! {
                    if let Some(value) = wire::fit::<#ty>(&raw) {
                        return Ok(Self::#name(value));
                    }
                }
            }
        });
        quote! {
            #pattern => {
                let raw = source.raw()?;
                #(#tries)*
                Ok(Self::Unknown(UnknownMember::from_json(raw)))
            }
        }
    });
    quote! {
        #definition

        impl wire::UntaggedUnion for #name {
            const NAME: &'static str = #component;

            fn read<'de, S: wire::KindSource<'de>>(source: S) -> Result<Self, S::Error> {
                match source.kind() {
                    #(#arms)*
                    _ => source.raw().map(|raw| Self::Unknown(UnknownMember::from_json(raw))),
                }
            }
        }

        wire::untagged_union!(#name);
    }
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

        impl #name {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(value) => serde::Serialize::serialize(value, serializer),)*
                    Self::Unknown(member) => serde::Serialize::serialize(member, serializer),
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
