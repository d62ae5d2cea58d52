//! Structs.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{assigned, doc, made, rust_type, taken};
use crate::codegen::plan::{Field, Item, Object, Presence};

pub(super) fn object(item: &Item, object: &Object, docs: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let definition = definition(&name, object, docs);
    let methods = methods(&name, object);
    let wire = wire(&name, object);
    quote! { #definition #methods #wire wire::object!(#name); }
}

fn held(object: &Object) -> impl Iterator<Item = &Field> {
    object
        .fields
        .iter()
        .filter(|field| !matches!(field.presence, Presence::Constant(_)))
}

fn definition(name: &Ident, object: &Object, docs: &TokenStream) -> TokenStream {
    let fields = held(object).map(|field| {
        let (docs, field_name, ty) = (
            doc(&field.docs),
            format_ident!("{}", field.name),
            rust_type(&field.ty),
        );
        match field.presence {
            Presence::Optional | Presence::Nullable => {
                quote! { #docs pub #field_name: Option<#ty>, }
            }
            _ => quote! { #docs pub #field_name: #ty, },
        }
    });
    let order = object.keeps_order.then(|| quote! { key_order: KeyOrder, });
    let cloned = held(object)
        .map(|field| format_ident!("{}", field.name))
        .chain([format_ident!("extra")])
        .chain(object.keeps_order.then(|| format_ident!("key_order")));
    quote! {
        #docs
        #[derive(Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            /// Fields that this version does not know.
            pub extra: Extra,
            #order
        }

        wire::cloned!(#name { #(#cloned),* });
    }
}

fn methods(name: &Ident, object: &Object) -> TokenStream {
    let required: Vec<&Field> = held(object)
        .filter(|field| field.presence == Presence::Required)
        .collect();
    let new = object.sent.then(|| {
        let parameters = required.iter().map(|field| {
            let (name, taken) = (format_ident!("{}", field.name), taken(&field.ty));
            quote! { #name: #taken }
        });
        let values = required
            .iter()
            .map(|field| assigned(&field.ty, &format_ident!("{}", field.name)));
        let docs = match required.len() {
            0 => " Creates an empty value.",
            _ => " Creates a value with the fields that the API requires.",
        };
        let value = if required.is_empty() {
            quote! { Self::default() }
        } else {
            // `extra` is there in any case.
            quote! { Self { #(#values,)* ..Self::default() } }
        };
        quote! {
            #[doc = #docs]
            #[must_use]
            pub fn new(#(#parameters),*) -> Self {
                #value
            }
        }
    });
    let setters = held(object).map(|field| {
        let field_name = format_ident!("{}", field.name);
        let setter = format_ident!("with_{}", field.name.trim_end_matches('_'));
        let (taken, made) = (taken(&field.ty), made(&field.ty, &format_ident!("value")));
        let docs = format!(" Sets [`{0}`](Self::{0}).", field.name);
        let assigned = match field.presence {
            Presence::Optional | Presence::Nullable => quote! { Some(#made) },
            _ => made,
        };
        quote! {
            #[doc = #docs]
            #[must_use]
            pub fn #setter(mut self, value: #taken) -> Self {
                self.#field_name = #assigned;
                self
            }
        }
    });
    let overlay = object.overlay.then(|| {
        let fills = held(object).map(|field| {
            let (name, ty) = (format_ident!("{}", field.name), rust_type(&field.ty));
            match field.presence {
                Presence::Optional | Presence::Nullable => quote! {
                    if self.#name.is_none() {
                        self.#name.clone_from(&defaults.#name);
                    }
                },
                _ => quote! {
                    if self.#name == <#ty>::default() {
                        self.#name.clone_from(&defaults.#name);
                    }
                },
            }
        });
        quote! {
            /// Takes from `defaults` every field that this value leaves open.
            ///
            /// Fields are taken whole: an object that is set here is not merged with the one there. Unknown fields are
            /// taken one by one.
            pub fn fill_from(&mut self, defaults: &Self) {
                #(#fills)*
                for (name, value) in defaults.extra.iter() {
                    if self.extra.get(name).is_none() {
                        self.extra.insert(name, value.clone());
                    }
                }
            }
        }
    });
    quote! { impl #name { #new #(#setters)* #overlay } }
}

fn wire(name: &Ident, object: &Object) -> TokenStream {
    let count = u8::try_from(object.fields.len()).unwrap_or(u8::MAX);
    let numbers: Vec<Literal> = (0..count).map(Literal::u8_unsuffixed).collect();
    let wires: Vec<&str> = object
        .fields
        .iter()
        .map(|field| field.wire.as_str())
        .collect();
    let places = object.fields.iter().map(|field| {
        let (name, wire) = (format_ident!("{}", field.name), &field.wire);
        match &field.presence {
            Presence::Constant(value) => {
                quote! { wire::Place::Constant(&wire::Constant { name: #wire, text: #value }) }
            }
            _ => quote! { wire::place(&mut self.#name) },
        }
    });
    let parts = object.fields.iter().map(|field| {
        let (name, wire) = (format_ident!("{}", field.name), &field.wire);
        let part = match &field.presence {
            Presence::Constant(value) => quote! { Constant(#value) },
            Presence::Optional => quote! { Optional(&self.#name) },
            Presence::Nullable => quote! { Nullable(&self.#name) },
            Presence::Required => quote! { Required(&self.#name) },
            Presence::List => quote! { List(&self.#name) },
        };
        quote! { (#wire, wire::Part::#part) }
    });
    let (order, order_mut) = match object.keeps_order {
        true => (
            quote! { Some(&self.key_order) },
            quote! { Some(&mut self.key_order) },
        ),
        false => (quote! { None }, quote! { None }),
    };
    // A field that may be absent is present when it has a value, all others always are.
    let (optional, always): (Vec<_>, Vec<_>) = (object.fields.iter().zip(0_u8..))
        .partition(|(field, _)| field.presence == Presence::Optional);
    let always = always.iter().fold(0, |bits, (_, bit)| bits | 1_u128 << bit);
    let always = match always {
        0 if !optional.is_empty() => None,
        bits => format!("{bits:#x}").parse::<Literal>().ok(),
    };
    let always = always.iter().map(|bits| quote! { #bits });
    let present = always.chain(optional.iter().map(|(field, bit)| {
        let (name, bit) = (
            format_ident!("{}", field.name),
            Literal::u8_unsuffixed(*bit),
        );
        quote! { wire::bit(self.#name.is_some(), #bit) }
    }));
    let (place, part) = match object.fields.is_empty() {
        true => (
            quote! { let _ = name; None },
            quote! { let _ = field; None },
        ),
        false => (
            quote! { Some(match name { #(#wires => (#numbers, #places),)* _ => return None }) },
            quote! { Some(match field { #(#numbers => #parts,)* _ => return None }) },
        ),
    };
    quote! {
        impl wire::Fields for #name {
            #[inline(never)]
            fn place(&mut self, name: &str) -> Option<(u8, wire::Place<'_>)> {
                #place
            }

            #[inline(never)]
            fn rest(&mut self) -> (&mut Extra, Option<&mut KeyOrder>) {
                (&mut self.extra, #order_mut)
            }
        }

        impl wire::Parts for #name {
            #[inline(never)]
            fn present(&self) -> u128 {
                #(#present)|*
            }

            #[inline(never)]
            fn part(&self, field: u8) -> Option<(&'static str, wire::Part<'_>)> {
                #part
            }

            #[inline(never)]
            fn others(&self) -> (&Extra, Option<&KeyOrder>) {
                (&self.extra, #order)
            }
        }
    }
}
