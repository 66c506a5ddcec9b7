//! Rules of encoding and of chains one by one, real certificates, and OpenSSL beside us.

mod chains;
mod crls;
mod decoding;
mod openssl;
mod real;
mod signatures;
