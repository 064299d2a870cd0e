//! PDUs there and back, cut, and broken.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::smpp::{Address, tlv};

fn text() -> impl Strategy<Value = String> {
    "[^\0]{0,40}"
}

fn tlvs() -> impl Strategy<Value = Tlvs> {
    let one = (any::<u16>(), vec(any::<u8>(), 0..20));
    vec(one, 0..4).prop_map(|all| {
        all.into_iter()
            .fold(Tlvs::default(), |tlvs, (tag, value)| tlvs.with(tag, value))
    })
}

fn address() -> impl Strategy<Value = Address> {
    (any::<u8>(), any::<u8>(), text()).prop_map(|(ton, npi, number)| Address { ton, npi, number })
}

fn message() -> impl Strategy<Value = ShortMessage> {
    (
        (text(), address(), address()),
        any::<[u8; 7]>(),
        (text(), text()),
        vec(any::<u8>(), 0..=254),
        tlvs(),
    )
        .prop_map(|(names, octets, times, short_message, tlvs)| {
            let [
                esm_class,
                protocol_id,
                priority,
                registered_delivery,
                replace_if_present,
                data_coding,
                sm_default_msg_id,
            ] = octets;
            ShortMessage {
                service_type: names.0,
                source: names.1,
                destination: names.2,
                esm_class,
                protocol_id,
                priority,
                schedule_delivery_time: times.0,
                validity_period: times.1,
                replace_if_present,
                registered_delivery,
                data_coding,
                sm_default_msg_id,
                short_message,
                tlvs,
            }
        })
}

fn data() -> impl Strategy<Value = Body> {
    message().prop_map(|message| {
        Body::DataSm(Box::new(ShortMessage {
            service_type: message.service_type,
            source: message.source,
            destination: message.destination,
            esm_class: message.esm_class,
            registered_delivery: message.registered_delivery,
            data_coding: message.data_coding,
            tlvs: message.tlvs,
            ..ShortMessage::default()
        }))
    })
}

fn taken() -> impl Strategy<Value = Taken> {
    (proptest::option::of(text()), tlvs()).prop_map(|(message_id, tlvs)| Taken {
        tlvs: message_id.as_ref().map_or_else(Tlvs::default, |_| tlvs),
        message_id,
    })
}

fn bind() -> impl Strategy<Value = Bind> {
    (any::<[u8; 3]>(), [text(), text(), text(), text()], tlvs()).prop_map(
        |([interface_version, addr_ton, addr_npi], texts, tlvs)| {
            let [system_id, password, system_type, address_range] = texts;
            Bind {
                system_id,
                password,
                system_type,
                interface_version,
                addr_ton,
                addr_npi,
                address_range,
                tlvs,
            }
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let kind = || proptest::sample::select(&BindKind::ALL[..]);
    prop_oneof![
        (kind(), bind()).prop_map(|(kind, bind)| Body::Bind(kind, Box::new(bind))),
        (kind(), taken()).prop_map(|(kind, taken)| {
            let (system_id, tlvs) = (taken.message_id, taken.tlvs);
            Body::BindResp(kind, BindResp { system_id, tlvs })
        }),
        message().prop_map(|message| Body::SubmitSm(Box::new(message))),
        message().prop_map(|message| Body::DeliverSm(Box::new(message))),
        data(),
        taken().prop_map(Body::SubmitSmResp),
        taken().prop_map(Body::DeliverSmResp),
        taken().prop_map(Body::DataSmResp),
        proptest::sample::select(vec![
            Body::EnquireLink,
            Body::EnquireLinkResp,
            Body::Unbind,
            Body::UnbindResp,
            Body::GenericNack,
        ]),
        vec(any::<u8>(), 0..40).prop_map(|octets| Body::Other {
            command: command::QUERY_SM,
            octets,
        }),
    ]
}

fn pdu() -> impl Strategy<Value = Pdu> {
    (any::<u32>(), any::<u32>(), body()).prop_map(|(status, sequence, body)| Pdu {
        status,
        sequence,
        body,
    })
}

proptest! {
    #[test]
    fn is_read_as_it_was_written(pdu in pdu()) {
        let bytes = pdu.encode();
        let (frame, rest) = frame::first(&bytes).unwrap().unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(Pdu::decode(frame), Ok(pdu));
    }

    /// Claimed to be whole where it was cut.
    #[test]
    fn a_cut_pdu_is_answered(pdu in pdu(), at in any::<proptest::sample::Index>()) {
        let mut bytes = pdu.encode();
        bytes.truncate(16.max(at.index(bytes.len())));
        let length = u32::try_from(bytes.len()).unwrap();
        bytes[..4].copy_from_slice(&length.to_be_bytes());
        match Pdu::decode(&bytes) {
            Ok(read) => prop_assert_eq!(read.sequence, pdu.sequence),
            Err(unreadable) => {
                prop_assert_eq!(unreadable.sequence, pdu.sequence);
                prop_assert_eq!(unreadable.command, pdu.body.command());
            }
        }
    }

    #[test]
    fn garbage_is_answered(command in prop_oneof![0..10u32, any::<u32>()], body in any::<Vec<u8>>()) {
        let length = u32::try_from(16 + body.len()).unwrap();
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(command.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(&body);
        if let Ok(pdu) = Pdu::decode(&bytes) {
            prop_assert_eq!(pdu.body.command(), command);
        }
    }
}

#[test]
fn is_what_other_implementations_write() {
    let bytes = b"\0\0\0\x27\0\0\0\x09\0\0\0\0\0\0\0\x01smppclient1\0pw\0\0\x34\0\0x\0";
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    let frame = [&length[..], &bytes[4..]].concat();
    let pdu = Pdu::decode(&frame).unwrap();
    let Body::Bind(BindKind::Transceiver, bind) = &pdu.body else {
        panic!("{pdu:?}")
    };
    assert_eq!((&*bind.system_id, &*bind.password), ("smppclient1", "pw"));
    assert_eq!((bind.interface_version, &*bind.address_range), (0x34, "x"));
    assert_eq!(pdu.encode(), frame);
}

#[test]
fn a_response_keeps_its_id_whatever_follows() {
    let read = |body: &[u8]| {
        let mut frame = u32::try_from(16 + body.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        frame.extend(command::response(command::SUBMIT_SM).to_be_bytes());
        frame.extend([0; 8]);
        frame.extend(body);
        let Body::SubmitSmResp(taken) = Pdu::decode(&frame).unwrap().body else {
            panic!("no response")
        };
        taken.message_id
    };
    assert_eq!(read(b"").as_deref(), None);
    assert_eq!(read(b"\0").as_deref(), Some(""));
    assert_eq!(read(b"12").as_deref(), Some("12"));
    assert_eq!(read(b"12\0\x04").as_deref(), Some("12"));
    assert_eq!(read(b"\xe9\0").as_deref(), Some("é"));
}

#[test]
fn a_broken_parameter_of_a_request_is_refused() {
    let message = ShortMessage {
        tlvs: Tlvs::default().with(tlv::MESSAGE_PAYLOAD, "text"),
        ..ShortMessage::default()
    };
    let mut frame = Pdu::request(9, Body::SubmitSm(Box::new(message))).encode();
    frame.pop();
    frame[3] -= 1;
    let unreadable = Unreadable {
        command: command::SUBMIT_SM,
        sequence: 9,
        status: status::ESME_RINVOPTPARSTREAM,
    };
    assert_eq!(Pdu::decode(&frame), Err(unreadable));
    let short = Pdu::decode(&frame[..20]).unwrap_err();
    assert_eq!(short.status, status::ESME_RINVCMDLEN);
}

#[test]
fn a_password_is_not_shown() {
    let bind = Bind {
        password: "hunter2".to_owned(),
        ..Bind::default()
    };
    assert!(!format!("{bind:?}").contains("hunter2"));
}
