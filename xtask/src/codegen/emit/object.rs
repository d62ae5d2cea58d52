//! Structs.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{assigned, doc, made, rust_type, taken};
use crate::codegen::plan::{Field, Item, Object, Presence};

pub(super) fn object(item: &Item, object: &Object, docs: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", item.name);
    let definition = definition(&name, object, docs);
    let methods = methods(&name, object);
    let wire = wire(item, &name, object);
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
    quote! {
        #docs
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            /// Fields that this version does not know.
            pub extra: Extra,
            #order
        }
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

fn wire(item: &Item, name: &Ident, object: &Object) -> TokenStream {
    let component = item.component.as_deref().unwrap_or(&item.name);
    let count = u8::try_from(object.fields.len()).unwrap_or(u8::MAX);
    let numbers: Vec<Literal> = (0..count).map(Literal::u8_unsuffixed).collect();
    let count = Literal::u8_unsuffixed(count);
    let wires: Vec<&str> = object
        .fields
        .iter()
        .map(|field| field.wire.as_str())
        .collect();
    let reads = object.fields.iter().map(|field| {
        let name = format_ident!("{}", field.name);
        match &field.presence {
            Presence::Constant(value) => {
                let wire = &field.wire;
                quote! { wire::constant(#wire, #value, source) }
            }
            Presence::Optional | Presence::Nullable => {
                quote! { wire::optional(&mut self.#name, source) }
            }
            Presence::Required | Presence::List => {
                quote! { wire::required(&mut self.#name, source) }
            }
        }
    });
    let writes = object.fields.iter().map(|field| {
        let (name, wire) = (format_ident!("{}", field.name), &field.wire);
        match &field.presence {
            Presence::Constant(value) => quote! { fields.constant(#wire, #value) },
            Presence::Optional => quote! { fields.optional(#wire, &self.#name) },
            Presence::Nullable => quote! { fields.nullable(#wire, &self.#name) },
            Presence::Required => quote! { fields.required(#wire, &self.#name) },
            Presence::List => quote! { fields.list(#wire, &self.#name) },
        }
    });
    let order = object.keeps_order.then(|| {
        quote! {
            fn key_order(&self) -> Option<&KeyOrder> {
                Some(&self.key_order)
            }

            fn key_order_mut(&mut self) -> Option<&mut KeyOrder> {
                Some(&mut self.key_order)
            }
        }
    });
    let (find, read, write) = if object.fields.is_empty() {
        (
            quote! { let _ = name; None },
            quote! { let _ = field; wire::constant("", "", source) },
            quote! { let _ = (field, fields); Ok(()) },
        )
    } else {
        (
            quote! { match name { #(#wires => Some(#numbers),)* _ => None } },
            quote! { match field { #(#numbers => #reads,)* _ => wire::constant("", "", source) } },
            quote! { match field { #(#numbers => #writes,)* _ => Ok(()) } },
        )
    };
    quote! {
        impl wire::Object for #name {
            const NAME: &'static str = #component;
            const FIELDS: u8 = #count;

            fn field(name: &str) -> Option<u8> {
                #find
            }

            fn read<'de, S: wire::Source<'de>>(&mut self, field: u8, source: S) -> Result<wire::Seen, S::Error> {
                #read
            }

            fn write<M: serde::ser::SerializeMap>(
                &self,
                field: u8,
                fields: &mut wire::Fields<'_, M>,
            ) -> Result<(), M::Error> {
                #write
            }

            fn extra(&self) -> &Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut Extra {
                &mut self.extra
            }

            #order
        }
    }
}
