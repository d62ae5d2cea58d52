//! API calls.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{assigned, doc, made, rust_type, taken};
use crate::codegen::plan::{Call, Type};
use crate::codegen::read::Parameter;

pub(super) fn imports() -> TokenStream {
    quote! {
        use crate::operation::{Credential, Method, Operation, Query, StreamOperation, add_header, fill};
    }
}

struct Part<'a> {
    name: proc_macro2::Ident,
    ty: &'a Type,
    parameter: &'a Parameter,
}

pub(super) fn call(call: &Call) -> TokenStream {
    let operation = &call.operation;
    let name = format_ident!("{}", operation.rust_name);
    let what = operation
        .description
        .as_deref()
        .unwrap_or("No description yet.")
        .trim();
    let method = operation.method.to_uppercase();
    let docs = doc(&format!(
        "{what}\n\nOpenRouter operation: `{}` (`{method} {}`).",
        operation.id, operation.path
    ));
    let parts: Vec<Part<'_>> = call
        .parameters
        .iter()
        .map(|(name, ty, at)| Part {
            name: format_ident!("{name}"),
            ty,
            parameter: &operation.parameters[*at],
        })
        .collect();
    let fields = parts.iter().map(|part| {
        let (docs, name, ty) = (
            parameter_docs(part.parameter),
            &part.name,
            rust_type(part.ty),
        );
        if part.parameter.required {
            quote! { #docs pub #name: #ty, }
        } else {
            quote! { #docs pub #name: Option<#ty>, }
        }
    });
    let body_type = call.body.as_ref().map(rust_type);
    let body_field = body_type.as_ref().map(|ty| {
        quote! { /// What is sent.
        pub body: #ty, }
    });
    let methods = methods(call, &parts);
    let answer = call
        .answer
        .as_ref()
        .map_or_else(|| quote! { () }, rust_type);
    let body = body_type.clone().unwrap_or_else(|| quote! { () });
    let body_method = body_type.is_some().then(|| {
        quote! {
            fn body(&self) -> Option<&Self::Body> {
                Some(&self.body)
            }
        }
    });
    let id = &operation.id;
    let method = format_ident!("{}", super::super::plan::variant_name(&operation.method));
    let credential = format_ident!(
        "{}",
        super::super::plan::variant_name(&operation.credential)
    );
    let (path, query, headers) = (path(call, &parts), query(&parts), headers(&parts));
    let stream = stream(call);
    let default = parts
        .iter()
        .all(|part| !part.parameter.required)
        .then(|| quote! { Default, });
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            #body_field
        }

        #methods

        impl Operation for #name {
            type Answer = #answer;
            type Body = #body;

            const NAME: &'static str = #id;
            const METHOD: Method = Method::#method;
            const CREDENTIAL: Credential = Credential::#credential;

            #path
            #query
            #headers
            #body_method
        }

        #stream
    }
}

fn parameter_docs(parameter: &Parameter) -> TokenStream {
    let text = parameter
        .description
        .as_deref()
        .or(parameter.schema.description.as_deref());
    let place = match parameter.place.as_str() {
        "header" => format!("Sent as the header field `{}`.", parameter.name),
        "query" => format!("Sent in the query as `{}`.", parameter.name),
        _ => format!("Part of the path: `{}`.", parameter.name),
    };
    doc(&format!(
        "{}\n\n{place}",
        text.unwrap_or("No description yet.").trim()
    ))
}

fn methods(call: &Call, parts: &[Part<'_>]) -> TokenStream {
    let name = format_ident!("{}", call.operation.rust_name);
    let required: Vec<_> = parts
        .iter()
        .filter(|part| part.parameter.required)
        .collect();
    let mut parameters: Vec<TokenStream> = Vec::new();
    let mut values: Vec<TokenStream> = Vec::new();
    for part in &required {
        let (name, taken) = (&part.name, taken(part.ty));
        parameters.push(quote! { #name: #taken });
        values.push(assigned(part.ty, name));
    }
    for part in parts.iter().filter(|part| !part.parameter.required) {
        let name = &part.name;
        values.push(quote! { #name: None });
    }
    if let Some(body) = &call.body {
        let taken = taken(body);
        parameters.push(quote! { body: #taken });
        values.push(assigned(body, &format_ident!("body")));
    }
    let setters = parts
        .iter()
        .filter(|part| !part.parameter.required)
        .map(|part| {
            let (field, setter) = (&part.name, format_ident!("with_{}", part.name));
            let (taken, made) = (taken(part.ty), made(part.ty, &format_ident!("value")));
            let docs = format!(" Sets [`{field}`](Self::{field}).");
            quote! {
                #[doc = #docs]
                #[must_use]
                pub fn #setter(mut self, value: #taken) -> Self {
                    self.#field = Some(#made);
                    self
                }
            }
        });
    quote! {
        impl #name {
            /// Describes the call.
            #[must_use]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }

            #(#setters)*
        }
    }
}

fn path(call: &Call, parts: &[Part<'_>]) -> TokenStream {
    let template = &call.operation.path;
    let in_path = parts.iter().filter(|part| part.parameter.place == "path");
    let pairs = in_path.map(|part| {
        let (wire, name) = (&part.parameter.name, &part.name);
        quote! { (#wire, &self.#name) }
    });
    let pairs: Vec<_> = pairs.collect();
    let value = if pairs.is_empty() {
        quote! { #template.into() }
    } else {
        quote! { fill(#template, &[#(#pairs),*]) }
    };
    quote! {
        fn path(&self) -> String {
            #value
        }
    }
}

fn query(parts: &[Part<'_>]) -> Option<TokenStream> {
    let adds: Vec<_> = parts
        .iter()
        .filter(|part| part.parameter.place == "query")
        .map(|part| {
            let (wire, name) = (&part.parameter.name, &part.name);
            if part.parameter.required {
                quote! { query.add(#wire, Some(&self.#name)); }
            } else {
                quote! { query.add(#wire, self.#name.as_ref()); }
            }
        })
        .collect();
    (!adds.is_empty()).then(|| {
        quote! {
            fn query(&self) -> String {
                let mut query = Query::new();
                #(#adds)*
                query.finish()
            }
        }
    })
}

fn headers(parts: &[Part<'_>]) -> Option<TokenStream> {
    let adds: Vec<_> = parts
        .iter()
        .filter(|part| part.parameter.place == "header")
        .map(|part| {
            let (wire, name) = (part.parameter.name.to_ascii_lowercase(), &part.name);
            quote! { add_header(&mut headers, #wire, self.#name.as_ref()); }
        })
        .collect();
    (!adds.is_empty()).then(|| {
        quote! {
            fn headers(&self) -> Vec<(&'static str, String)> {
                let mut headers = Vec::new();
                #(#adds)*
                headers
            }
        }
    })
}

fn stream(call: &Call) -> Option<TokenStream> {
    let event = call.event.as_ref().filter(|_| call.operation.stream)?;
    let (name, event) = (
        format_ident!("{}", call.operation.rust_name),
        rust_type(event),
    );
    Some(quote! {
        impl StreamOperation for #name {
            type Chunk = #event;

            fn set_streaming(&mut self, streaming: bool) {
                self.body.stream = streaming.then_some(true);
            }
        }
    })
}
