//! The fields of a record, in the order in which they are written.
//!
//! A field that does not apply is left out; `docs/json.md` says which kind has which, and what each
//! means.

use serde::Serialize;

/// One record. `kind` says which of the fields apply.
#[derive(Debug, Default, Serialize)]
pub struct Line<'a> {
    pub kind: &'static str,
    pub ordinal: u64,
    pub time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u64>,
    pub host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno_number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno_text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<bool>,
    #[serde(flatten)]
    pub packet: Option<PacketFields<'a>>,
    #[serde(flatten)]
    pub why: Option<WhyFields>,
    #[serde(flatten)]
    pub fate: Option<FateFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injection: Option<u16>,
    #[serde(rename = "packet", skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrives: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub octets: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_before: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_after: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmissions: Option<u32>,
    #[serde(flatten)]
    pub icmp: Option<IcmpFields>,
    #[serde(flatten)]
    pub row: Option<RowFields>,
}

/// A packet and its segment.
#[derive(Debug, Serialize)]
pub struct PacketFields<'a> {
    pub packet: u64,
    pub from: &'a str,
    pub to: &'a str,
    pub source_port: u16,
    pub destination_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<u32>,
    pub flags: String,
    pub seq: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack: Option<i64>,
    pub seq_absolute: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack_absolute: Option<u32>,
    pub len: u32,
    pub win: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mss: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wscale: Option<u8>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sack_permitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts_echo: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sack: Vec<(i64, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_timeout: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fast_open: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgent: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecn: Option<&'static str>,
    pub retransmission: bool,
    pub acks_syn: bool,
    pub acks_fin: bool,
    pub probe: bool,
}

/// An ICMP error, and what became of it.
#[derive(Debug, Serialize)]
pub struct IcmpFields {
    pub icmp: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u16>,
    pub quoted_source_port: u16,
    pub quoted_destination_port: u16,
    pub quoted_seq: i64,
    pub quoted_seq_absolute: u32,
    pub quoted_octets: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_limit: Option<u32>,
}

/// A socket that a process was shown.
#[derive(Debug, Serialize)]
pub struct RowFields {
    pub state: &'static str,
    pub local: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    pub recv_q: u64,
    pub send_q: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// Why a segment was sent.
#[derive(Debug, Default, Serialize)]
pub struct WhyFields {
    pub why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_next: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe_next: Option<u64>,
}

/// What the path did with a packet.
#[derive(Debug, Default, Serialize)]
pub struct FateFields {
    pub fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrives: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_mtu: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<u32>,
}
