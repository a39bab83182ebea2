//! The lines of a run made by hand, and whether `docs/json.md` knows all of it.

use super::render;
use crate::sim::record::What;
use crate::tcp::outcome::{DropReason, Verdict, Why};
use crate::tcp::state::State;
use crate::view::sample::runs::{everything, last_ack_lost, listener};
use crate::view::sample::{Sample, ms};
use serde_json::Value;
use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../../docs/json.md");

#[test]
fn a_run_is_a_header_records_and_a_summary() {
    let mut run = Sample::plain();
    run.transition(0, State::Closed, State::SynSent);
    let syn = run.sends(0, ("S", 0, 0, 0), Why::New);
    run.now = ms(10);
    run.arrives(1, syn, Verdict::Dropped(DropReason::BacklogFull));
    run.finish();
    run.end.sockets[1] = vec![listener()];
    same(
        &render(&run.run()),
        r#"
{"kind":"header","schema":1,"record_format":2,"scenario":"sims/sample.ron","about":"A test.","seed":1,"hosts":[{"name":"client","address":"172.16.79.182","profile":"Rfc9293","overrides":{}},{"name":"server","address":"172.16.79.132","profile":"Rfc9293","overrides":{}}],"path":[{"from":"client","delay":10000000,"rate":null,"queue_limit":100,"loss":"0%","mtu":null,"faults":[]},{"from":"server","delay":10000000,"rate":null,"queue_limit":100,"loss":"0%","mtu":null,"faults":[]}]}
{"kind":"transition","ordinal":1,"time":0,"host":"client","connection":1,"state_before":"CLOSED","state_after":"SYN-SENT"}
{"kind":"sent","ordinal":2,"time":0,"host":"client","connection":1,"packet":2,"from":"client","to":"server","source_port":49152,"destination_port":9091,"belongs_to":1,"flags":"S","seq":0,"seq_absolute":4294967294,"len":0,"win":65535,"mss":1460,"retransmission":false,"acks_syn":false,"acks_fin":false,"probe":false,"why":"new","fate":"deliver","arrives":10000000}
{"kind":"arrived","ordinal":3,"time":10000000,"host":"server","connection":1,"packet":2,"from":"client","to":"server","source_port":49152,"destination_port":9091,"belongs_to":1,"flags":"S","seq":0,"seq_absolute":4294967294,"len":0,"win":65535,"mss":1460,"retransmission":false,"acks_syn":false,"acks_fin":false,"probe":false,"sent_by":2,"verdict":"dropped","reason":"backlog_full"}
{"kind":"summary","time":10000000,"stop":"quiescence","records":3,"digest":"00000000000000000123456789abcdef","totals":[{"from":"client","sent":1,"delivered":1,"dropped":0,"random_loss":0,"queue_full":0,"too_big":0,"unplugged":0,"copied":0,"injected":0,"under_way":0,"held":0,"discarded":1,"timeout":0,"after_timeout":0,"fast_retransmit":0,"partial_ack":0,"sack_recovery":0,"reordering_timer":0,"lost_again":0,"on_chance":0,"tail_loss_probe":0,"smaller":0,"probes":0},{"from":"server","sent":0,"delivered":0,"dropped":0,"random_loss":0,"queue_full":0,"too_big":0,"unplugged":0,"copied":0,"injected":0,"under_way":0,"held":0,"discarded":0,"timeout":0,"after_timeout":0,"fast_retransmit":0,"partial_ack":0,"sack_recovery":0,"reordering_timer":0,"lost_again":0,"on_chance":0,"tail_loss_probe":0,"smaller":0,"probes":0}],"faults":[],"states":[{"host":"client","connection":1,"last":"SYN-SENT","durations":[{"state":"SYN-SENT","duration":10000000}]}],"sockets":[{"host":"server","state":"LISTEN","local":"0.0.0.0:9091","remote":null,"recv_q":0,"send_q":0,"connection":null,"timer":null,"expires":null}],"expectations":[],"broken":[]}
"#,
    );
}

/// Compares texts and shows the one that came out, ready to be pasted.
#[track_caller]
fn same(text: &str, wanted: &str) {
    assert!(text == &wanted[1..], "it says\n{text}");
}

#[test]
fn every_line_is_one_object_with_a_kind() {
    let run = last_ack_lost();
    let text = render(&run.run());
    assert_eq!(text.lines().count(), run.records.len() + 2);
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).expect("JSON");
        assert!(value["kind"].is_string(), "{line}");
    }
}

#[test]
fn every_field_and_every_reason_is_documented() {
    let mut run = last_ack_lost();
    everything(&mut run);
    let mut fields = BTreeSet::new();
    for line in render(&run.run()).lines() {
        let value: Value = serde_json::from_str(line).expect("JSON");
        collect(&value, &mut fields);
    }
    for reason in DropReason::ALL {
        fields.insert(super::identifier(&reason));
    }
    let missing: Vec<&String> = fields
        .iter()
        .filter(|field| !DOCUMENT.contains(&format!("`{field}`")))
        .collect();
    assert!(missing.is_empty(), "docs/json.md lacks {missing:?}");
}

/// Names of fields, and words that stand for one of a few.
fn collect(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        Value::Object(members) => {
            for (name, value) in members {
                fields.insert(name.clone());
                let word = [
                    "kind",
                    "event",
                    "call",
                    "why",
                    "why_reason",
                    "fate",
                    "verdict",
                    "stop",
                    "timer",
                ];
                if let (true, Value::String(text)) = (word.contains(&name.as_str()), value) {
                    fields.insert(text.clone());
                }
                if name != "overrides" {
                    collect(value, fields);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_sample_holds_every_kind_of_record() {
    let mut run = last_ack_lost();
    everything(&mut run);
    let kinds: BTreeSet<u8> = run
        .records
        .iter()
        .map(|record| kind(&record.what))
        .collect();
    // All but what happens to a host, which needs a plan of its own.
    assert_eq!(kinds.len(), 16);
}

const fn kind(what: &What) -> u8 {
    match what {
        What::Process { .. } => 0,
        What::Call { .. } => 1,
        What::Return { .. } => 2,
        What::Sent { .. } => 3,
        What::Injected { .. } => 4,
        What::Released { .. } => 5,
        What::Arrived { .. } => 6,
        What::Transition { .. } => 7,
        What::DeliveryTrouble { .. } => 8,
        What::TimeWait { .. } => 9,
        What::Ended(_) => 10,
        What::ForeignOctets => 11,
        What::Row { .. } => 12,
        What::Host { .. } => 13,
        What::Icmp { .. } => 14,
        What::Malformed { .. } => 15,
        What::Urgent { .. } => 16,
    }
}
