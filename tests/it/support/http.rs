//! HTTP/1.1 over a socket, one connection per request: small enough to see every byte, and to break off in the middle.

use socket2::{Domain, Socket, Type};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a server may be silent before the test fails: a file may be prepared for a minute before it is refused.
const PATIENCE: Duration = Duration::from_mins(2);
/// Bytes that a narrow connection takes before somebody reads.
const NARROW: usize = 8_192;

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Headers beside `Content-Length` and `Connection`.
    pub headers: Vec<(String, String)>,
    /// The body; sent for `POST` also when empty.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }
    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it and reads the answer's head; the body waits in the socket.
    pub fn begin(&self, server: SocketAddr) -> Answer {
        self.begin_on(TcpStream::connect(server).unwrap())
    }

    /// The same, on a connection whose buffer takes little: the server notices what is not read.
    pub fn begin_narrow(&self, server: SocketAddr) -> Answer {
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(NARROW).unwrap();
        socket.connect(&server.into()).unwrap();
        self.begin_on(socket.into())
    }

    /// Sends it on a connection and reads the answer's head.
    fn begin_on(&self, mut stream: TcpStream) -> Answer {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server may answer before it has read all; what it said is what counts.
        let _ = stream.write_all(&self.bytes());
        Answer::read(BufReader::new(stream))
    }

    /// Sends the head and the first `bytes` of the body, then breaks the connection off.
    pub fn break_off(&self, server: SocketAddr, bytes: usize) {
        let whole = self.bytes();
        let sent = whole.len() - self.body.len() + bytes;
        TcpStream::connect(server).unwrap().write_all(&whole[..sent]).unwrap();
    }

    /// The bytes of the request.
    fn bytes(&self) -> Vec<u8> {
        let mut lines =
            vec![format!("{} {} HTTP/1.1", self.method, self.path), "Connection: close".to_owned()];
        if self.method == "POST" {
            lines.push(format!("Content-Length: {}", self.body.len()));
        }
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let head = lines.join("\r\n") + "\r\n";
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// An answer whose head is read and whose body is still coming. Dropping it breaks the connection off.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers in their order, names in small letters.
    pub headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
}

impl Answer {
    /// Reads status line and headers.
    fn read(mut stream: BufReader<TcpStream>) -> Self {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        assert!(status.is_some(), "the server did not answer: {line:?}");
        let mut headers = Vec::new();
        loop {
            line.clear();
            stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Self { status: status.unwrap(), headers, body: stream }
    }
    /// The first header of this name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
    /// The next `count` bytes of the body, without what follows: then drop the answer to break off.
    pub fn some(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.body.read_exact(&mut bytes).unwrap();
        bytes
    }
    /// What still arrives until the connection ends, however it ends.
    pub fn rest(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A connection that is cut may end with an error; what came before counts.
        let _ = self.body.read_to_end(&mut bytes);
        bytes
    }
    /// The whole body. A body shorter than its `Content-Length` panics: a cut download must not look whole.
    pub fn whole(mut self) -> Vec<u8> {
        if self.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            return self.chunks();
        }
        let promised: Option<usize> = self.header("content-length").map(|length| length.parse().unwrap());
        let mut bytes = Vec::new();
        let read = self.body.read_to_end(&mut bytes);
        assert!(read.is_ok() || promised == Some(bytes.len()), "the body broke off: {read:?}");
        if let Some(promised) = promised {
            assert_eq!(bytes.len(), promised, "the body is not as long as its Content-Length");
        }
        bytes
    }

    /// A body in chunks (RFC 9112, section 7.1).
    fn chunks(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let mut line = String::new();
            self.body.read_line(&mut line).unwrap();
            let size = usize::from_str_radix(line.trim_end(), 16).unwrap();
            bytes.extend(self.some(size));
            self.some(2);
            if size == 0 {
                return bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// A server that gives one answer and returns what it was asked.
    fn answering(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = vec![0; 1000];
            let length = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        (address, served)
    }

    #[test]
    fn bodies_of_known_length_and_in_chunks_are_read() {
        let (server, asked) = answering("HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello");
        let mut request = Request::new("POST", "/a?b=c").with("Host", "x.example");
        request.body = b"k=v".to_vec();
        let answer = request.begin(server);
        assert_eq!((answer.status, answer.header("x-one")), (201, Some("1")));
        assert_eq!(answer.whole(), b"hello");
        let asked = asked.join().unwrap();
        assert!(asked.starts_with(
            "POST /a?b=c HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\nHost: x.example"
        ));
        assert!(asked.ends_with("\r\n\r\nk=v"));

        let (server, _) = answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
        );
        assert_eq!(Request::new("GET", "/").begin(server).whole(), b"abc0123456789");
    }

    #[test]
    fn a_download_can_be_left_in_the_middle() {
        let (server, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin and no end");
        assert_eq!(Request::new("GET", "/").begin(server).some(5), b"begin");
    }

    #[test]
    #[should_panic(expected = "not as long as its Content-Length")]
    fn a_cut_body_is_not_taken_for_a_whole_one() {
        let (server, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        Request::new("GET", "/").begin(server).whole();
    }
}
