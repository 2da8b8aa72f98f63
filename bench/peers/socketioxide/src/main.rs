//! socketioxide on axum, with its defaults: PORT.

use std::future::{ready, Future, Ready};
use std::pin::pin;
use std::task::{Context, Waker};

use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::SocketIo;

/// A handler's future becomes a task of its own, and the tasks of one client's events run in any
/// order. So what must keep the order is done before: with the adapter in memory a broadcast is
/// ready the first time that it is asked.
fn at_once(sending: impl Future) -> Ready<()> {
    let asked = pin!(sending).poll(&mut Context::from_waker(Waker::noop()));
    assert!(asked.is_ready());
    ready(())
}

async fn on_connect(socket: SocketRef, io: SocketIo) {
    let all = io.clone();
    socket.on("chat", move |Data::<String>(value)| at_once(all.emit("chat", &value)));
    // Only as an ack: a handler is not told whether one is wanted.
    socket.on("echo", async move |Data::<String>(value), ack: AckSender| {
        ack.send(&value).ok();
    });
    socket.on("join", async move |socket: SocketRef, Data::<Vec<String>>(rooms), ack: AckSender| {
        socket.join(rooms);
        ack.send(&true).ok();
    });
    socket.on("room", move |Data::<(Vec<String>, String)>((rooms, value))| {
        at_once(io.to(rooms).emit("chat", &value))
    });
}

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).expect("usage: bench-socketioxide PORT");
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);
    let app = axum::Router::new().layer(layer);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
