//! A Hub on the loopback interface that can be told to misbehave: the hub itself and its storage are two servers,
//! so that a redirect from one to the other crosses hosts, as with the real one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tests and the program use different parts.
#![allow(dead_code, unused_imports)]

mod answer;
mod http;
pub mod tls;
mod world;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};

pub use http::Logged;
pub use world::{Action, Fault, Host, RepoFile, WebFile, World};

/// A running server. It ends with the process.
pub struct Hub {
    pub address: SocketAddr,
    pub storage: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

pub struct Shared {
    world: Mutex<World>,
    log: Mutex<Vec<Logged>>,
}

impl Hub {
    /// Serves a world on two free ports.
    pub fn start(world: World) -> Self {
        Self::serve(world, None)
    }

    /// The same over https.
    pub fn start_secure(world: World, server: Arc<rustls::ServerConfig>) -> Self {
        Self::serve(world, Some(server))
    }

    fn serve(world: World, server: Option<Arc<rustls::ServerConfig>>) -> Self {
        let shared = Arc::new(Shared { world: Mutex::new(world), log: Mutex::default() });
        let hub = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let storage = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (address, storage_address) = (hub.local_addr().unwrap(), storage.local_addr().unwrap());
        let scheme = if server.is_some() { "https" } else { "http" };
        shared.world().storage = format!("{scheme}://{storage_address}");
        for (listener, host) in [(hub, Host::Hub), (storage, Host::Storage)] {
            let (shared, server) = (Arc::clone(&shared), server.clone());
            std::thread::spawn(move || {
                for connection in listener.incoming().flatten() {
                    let (shared, server) = (Arc::clone(&shared), server.clone());
                    std::thread::spawn(move || {
                        let _ = connection.set_nodelay(true);
                        match server {
                            Some(server) => answer_all(tls::accept(server, connection), host, &shared),
                            None => answer_all(connection, host, &shared),
                        }
                    });
                }
            });
        }
        Self { address, storage: storage_address, scheme, shared }
    }

    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Address of a web file.
    pub fn web(&self, path: &str) -> String {
        format!("{}://{}/web/{path}", self.scheme, self.storage)
    }

    /// The world, to change it.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// Requests so far.
    pub fn log(&self) -> Vec<Logged> {
        self.shared.log.lock().unwrap().clone()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.shared.log.lock().unwrap().clear();
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Answers the requests of one connection until either side closes it.
fn answer_all(connection: impl Read + Write, host: Host, shared: &Shared) {
    let mut peer = http::Peer::new(connection);
    while let Some(request) = peer.request(host) {
        let fault = shared.world().fault(&request);
        shared.log.lock().unwrap().push(request.clone());
        let answer = answer::answer(&shared.world(), &request, fault.as_ref());
        if !peer.send(&request, answer, fault.as_ref()) {
            return;
        }
    }
}
