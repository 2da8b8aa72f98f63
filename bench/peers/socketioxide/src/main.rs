//! socketioxide on axum, with its defaults: PORT.

use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::SocketIo;

async fn on_connect(socket: SocketRef, io: SocketIo) {
    let all = io.clone();
    socket.on("chat", async move |Data::<String>(value)| {
        all.emit("chat", &value).await.ok();
    });
    // Only as an ack: a handler is not told whether one is wanted.
    socket.on("echo", async move |Data::<String>(value), ack: AckSender| {
        ack.send(&value).ok();
    });
    socket.on("join", async move |socket: SocketRef, Data::<Vec<String>>(rooms), ack: AckSender| {
        socket.join(rooms);
        ack.send(&true).ok();
    });
    socket.on("room", async move |Data::<(Vec<String>, String)>((rooms, value))| {
        io.to(rooms).emit("chat", &value).await.ok();
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
