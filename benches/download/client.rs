//! The clients, in a process of their own: one thread per request, each sent again and again on one connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What the clients shall do.
#[derive(Clone)]
pub(crate) struct Load {
    /// Where.
    pub(crate) server: SocketAddr,
    /// A request per client, as it goes over the wire.
    pub(crate) requests: Vec<Vec<u8>>,
    /// How often each is sent.
    pub(crate) each: usize,
}

/// What came back.
pub(crate) struct Done {
    bytes: u64,
    took: Duration,
    micros: Vec<u32>,
}

impl Done {
    /// Bytes of all bodies.
    pub(crate) fn bytes_f64(&self) -> f64 {
        f64::from(u32::try_from(self.bytes / 1024).unwrap()) * 1024.0
    }
    /// Answers a second.
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.micros.len()).unwrap()) / self.took.as_secs_f64()
    }
    /// The time below which so many of a hundred answers were whole, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        f64::from(self.micros[(self.micros.len() - 1) * percent / 100]) / 1e3
    }
}

impl Load {
    /// Runs the clients in another process and waits for them.
    pub(crate) fn run(&self) -> Done {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["client", &self.server.to_string(), &self.each.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        for request in &self.requests {
            let length = u32::try_from(request.len()).unwrap();
            input.write_all(&length.to_be_bytes()).unwrap();
            input.write_all(request).unwrap();
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the clients stopped");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut numbers = text.split_whitespace().map(|word| word.parse::<u64>().unwrap());
        let (bytes, took) = (numbers.next().unwrap(), Duration::from_micros(numbers.next().unwrap()));
        let mut micros: Vec<u32> = numbers.map(|number| u32::try_from(number).unwrap()).collect();
        micros.sort_unstable();
        Done { bytes, took, micros }
    }
}

/// The clients' process: requests on standard input; on standard output bytes, microseconds of all, and of each answer.
pub(crate) fn serve(words: &[String]) {
    let (server, each): (SocketAddr, usize) = (words[0].parse().unwrap(), words[1].parse().unwrap());
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    let mut requests = Vec::new();
    let mut rest = input.as_slice();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (request, after) = after.split_at(usize::try_from(u32::from_be_bytes(*length)).unwrap());
        requests.push(request.to_vec());
        rest = after;
    }
    let began = Instant::now();
    let clients: Vec<_> =
        requests.into_iter().map(|request| thread::spawn(move || repeat(server, &request, each))).collect();
    let answers: Vec<(u64, u128)> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    println!("{} {}", answers.iter().map(|(bytes, _)| bytes).sum::<u64>(), began.elapsed().as_micros());
    for (_, micros) in answers {
        println!("{micros}");
    }
}

/// Sends a request `each` times on one connection: the bytes of each body, and how long it took.
fn repeat(server: SocketAddr, request: &[u8], each: usize) -> Vec<(u64, u128)> {
    let mut stream = BufReader::with_capacity(1 << 16, TcpStream::connect(server).unwrap());
    stream.get_ref().set_nodelay(true).unwrap();
    (0..each)
        .map(|_| {
            let began = Instant::now();
            stream.get_mut().write_all(request).unwrap();
            (whole_body(&mut stream), began.elapsed().as_micros())
        })
        .collect()
}

/// Reads one answer to its end. Anything but 200 stops the measurement.
fn whole_body(stream: &mut BufReader<TcpStream>) -> u64 {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap();
            }
            Some(_) => {}
            None => break,
        }
    }
    std::io::copy(&mut stream.take(length), &mut std::io::sink()).unwrap()
}
