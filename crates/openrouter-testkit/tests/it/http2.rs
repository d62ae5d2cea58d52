//! The same over HTTP/2, with prior knowledge.

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use openrouter_testkit::{Answer, Ending, Fault, TestServer};
use tokio::net::TcpStream;

use crate::watchdog::in_time;

const STREAMED: &str =
    r#"{"model":"a/b","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;

type Driver = tokio::task::JoinHandle<Result<(), h2::Error>>;

async fn connect(server: &TestServer) -> (SendRequest<Bytes>, Driver) {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    (sender, tokio::spawn(connection))
}

/// What came of the body, and what ended it.
async fn stream(sender: &mut SendRequest<Bytes>) -> (String, Option<h2::Error>) {
    in_time("the end of a stream", read_stream(sender)).await
}

async fn read_stream(sender: &mut SendRequest<Bytes>) -> (String, Option<h2::Error>) {
    let request = Request::post("http://localhost/api/v1/chat/completions")
        .header("authorization", "Bearer k")
        .body(())
        .unwrap();
    let mut ready = sender.clone().ready().await.unwrap();
    let (answer, mut body) = ready.send_request(request, false).unwrap();
    body.send_data(STREAMED.into(), true).unwrap();
    let mut answer = match answer.await {
        Ok(answer) => answer.into_body(),
        Err(error) => return (String::new(), Some(error)),
    };
    let mut text = String::new();
    while let Some(data) = answer.data().await {
        match data {
            Ok(data) => {
                let _ = answer.flow_control().release_capacity(data.len());
                text.push_str(std::str::from_utf8(&data).unwrap());
            }
            Err(error) => return (text, Some(error)),
        }
    }
    (text, None)
}

#[tokio::test]
async fn streams_share_a_connection() {
    let server = TestServer::start().await.unwrap();
    let (mut sender, _driver) = connect(&server).await;
    for _ in 0..2 {
        let (text, error) = stream(&mut sender).await;
        assert!(
            text.ends_with("data: [DONE]\n\n") && error.is_none(),
            "{error:?}"
        );
    }
    let connections: Vec<_> = server.requests().iter().map(|it| it.connection).collect();
    assert_eq!(connections, [0, 0]);
}

#[tokio::test]
async fn a_reset_hits_one_stream_and_leaves_the_connection() {
    let server = TestServer::builder()
        .fault_on(1, Fault::ResetAfterChunk(1))
        .fault_on(2, Fault::ResetBeforeHeader)
        .fault_on(3, Fault::TruncatedChunk(30))
        .start()
        .await
        .unwrap();
    let (mut sender, _driver) = connect(&server).await;
    let (text, error) = stream(&mut sender).await;
    assert_eq!(text.matches("data: ").count(), 1);
    assert!(error.unwrap().is_reset());
    let (text, error) = stream(&mut sender).await;
    assert!(text.is_empty() && error.unwrap().is_reset());
    let (text, error) = stream(&mut sender).await;
    assert_eq!(text.len(), 30);
    assert!(error.unwrap().is_reset());
    assert!(stream(&mut sender).await.1.is_none());
    let ending = in_time("an ending", server.requests()[0].ended()).await;
    assert_eq!(ending, Ending::BrokenByServer);
}

#[tokio::test]
async fn a_server_that_goes_away_ends_its_streams_and_takes_no_more() {
    let turn = Answer::text("one two three").fault(Fault::GoAwayAfterChunk(1));
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let (mut sender, driver) = connect(&server).await;
    let (text, error) = stream(&mut sender).await;
    assert!(
        text.ends_with("data: [DONE]\n\n") && error.is_none(),
        "{error:?}"
    );
    // The connection ends although the client still holds on to it.
    let ended = in_time("the end of the connection", driver).await;
    ended.unwrap().unwrap();
    let refused = in_time("a refusal", sender.ready()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_dropped_stream_is_noticed_while_the_connection_lives() {
    let turn = Answer::text("one two three").fault(Fault::StallAfterChunk(1));
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let (sender, _driver) = connect(&server).await;
    let request = Request::post("http://localhost/api/v1/chat/completions")
        .header("authorization", "Bearer k")
        .body(())
        .unwrap();
    let mut ready = sender.clone().ready().await.unwrap();
    let (answer, mut body) = ready.send_request(request, false).unwrap();
    body.send_data(STREAMED.into(), true).unwrap();
    let answer = in_time("a header", answer).await.unwrap();
    drop((answer, body));
    let ending = in_time("an ending", server.requests()[0].ended()).await;
    assert_eq!(ending, Ending::ClosedByClient);
    assert_eq!(server.open_connections(), 1);
}
