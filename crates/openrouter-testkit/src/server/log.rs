//! What was received, for those who cannot call [`requests`](crate::TestServer::requests): `GET /requests`.

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value, json};

use super::lock;
use super::reply::Reply;
use super::state::State;
use crate::received::{Ending, is_secret};
use crate::{Received, Refusal};

/// `GET /requests` tells them, `DELETE /requests` forgets them. Neither is kept itself.
pub(super) fn requests(state: &State, method: &Method) -> Reply {
    let mut received = lock(&state.received);
    match *method {
        Method::GET => {
            let data: Vec<_> = received.iter().map(told).collect();
            Reply::json(StatusCode::OK, &json!({ "data": data }))
        }
        Method::DELETE => {
            received.clear();
            Reply::json(StatusCode::OK, &json!({ "data": [] }))
        }
        _ => Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed").into(),
    }
}

fn told(request: &Received) -> Value {
    let text = || Value::from(String::from_utf8_lossy(&request.body));
    let ending = request.ending().map(|ending| match ending {
        Ending::Complete => "complete",
        Ending::BrokenByServer => "broken_by_server",
        Ending::ClosedByClient => "closed_by_client",
    });
    json!({
        "method": request.method.as_str(),
        "path": request.path,
        "headers": fields(&request.headers),
        "body": serde_json::from_slice(&request.body).unwrap_or_else(|_| text()),
        "connection": request.connection,
        "ending": ending,
        "bytes_sent": request.bytes_sent(),
    })
}

/// The header fields, without secrets. Of a field that comes twice both values are there.
fn fields(headers: &HeaderMap) -> Value {
    let mut fields = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| match is_secret(name.as_str()) {
                true => "..".into(),
                false => String::from_utf8_lossy(value.as_bytes()),
            })
            .collect();
        fields.insert(name.to_string(), values.join(", ").into());
    }
    fields.into()
}
