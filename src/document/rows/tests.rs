//! Rows as files hold them, good and bad.

use super::*;
use proptest::prelude::*;

#[test]
fn csv_has_its_columns_by_name_or_by_place() {
    let named = read_rows(
        "name,Text,TO\r\nAda,\"Hi, \"\"you\"\"\nthere\",12025550143\r\nBob,Yo,12025550144\r\n",
        RowSyntax::Csv,
    );
    assert_eq!(named.bad, []);
    assert_eq!(named.good[0].text.as_str(), "Hi, \"you\"\nthere");
    assert_eq!(
        (named.good[1].line, named.good[1].to.as_str()),
        (4, "12025550144")
    );
    let placed = read_rows(
        "\u{feff}12025550143,Hi,GLOBAL,a\n12025550144,Yo\n",
        RowSyntax::Csv,
    );
    assert_eq!(placed.good.len(), 2, "{placed:?}");
    assert_eq!(placed.good[0].internal_id.as_ref().unwrap().as_str(), "a");
    assert_eq!(read_rows("", RowSyntax::Csv).good.len(), 0);
}

#[test]
fn every_bad_row_is_named_with_everything_that_is_wrong() {
    let rows = read_rows(
        "to,text,sender,internal_id\n1,,way too long a sender,a\n12025550143,Hi,,a\n12025550144,Hi,,a\n",
        RowSyntax::Csv,
    );
    assert_eq!(rows.good.len(), 1);
    let bad: Vec<_> = rows
        .bad
        .iter()
        .map(|row| (row.line, row.message.as_str()))
        .collect();
    assert_eq!(bad[0].0, 2);
    for part in [
        "to: “1” is not a phone number",
        "text: The text is empty",
        "sender: “way too",
    ] {
        assert!(bad[0].1.contains(part), "{bad:?}");
    }
    assert_eq!(bad[1], (4, "internal_id “a” is already on line 3"));
    let lines = read_rows(
        "{\"to\":7}\n\n[]\n{\"text\":\"secret\"\n",
        RowSyntax::JsonLines,
    );
    let at: Vec<_> = lines.bad.iter().map(|row| row.line).collect();
    assert_eq!(at, [1, 3, 4]);
    assert!(!format!("{:?}", lines.bad).contains("secret"));
}

#[test]
fn a_results_file_is_an_input_again() {
    let text = "{\"to\":\"12025550143\",\"text\":\"Hi\",\"message_uuid\":\"u\",\"error\":null}\n\
                {\"recipient_phone\":\"12025550144\",\"message_content\":\"Hi\",\"message_uuid\":null}\n";
    let rows = read_rows(text, RowSyntax::of(Path::new("-"), text)).good;
    let accepted: Vec<_> = rows.iter().map(|row| row.accepted.as_deref()).collect();
    assert_eq!(accepted, [Some("u"), None]);
}

#[test]
fn derived_ids_are_the_same_for_the_same_file_and_for_nothing_else() {
    let ids = |text: &str, campaign: &str| {
        let mut rows = read_rows(text, RowSyntax::Csv).good;
        fill_ids(&mut rows, campaign);
        rows.into_iter()
            .map(|row| row.internal_id.unwrap().to_string())
            .collect::<Vec<_>>()
    };
    let file = "12025550143,Hi\n12025550143,Hi\n12025550143,Ho\n12025550143,Hi,GLOBAL\n";
    let mut all = ids(file, "");
    assert_eq!(all, ids(file, ""));
    all.extend(ids(file, "May"));
    let different: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(different.len(), 8, "{all:?}");
    // Rows that come to it leave the others' ids as they are.
    assert_eq!(ids("12025550144,New\n12025550143,Hi\n", "")[1], all[0]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "([a-z0-9,\"{}:\n\r ]|\\PC){0,80}") {
        for syntax in [RowSyntax::Csv, RowSyntax::JsonLines] {
            let rows = read_rows(&text, syntax);
            prop_assert!(rows.bad.iter().all(|bad| !bad.message.is_empty()));
        }
    }

    #[test]
    fn what_is_written_as_csv_reads_back(texts in proptest::collection::vec("\\PC{1,40}", 1..10)) {
        let mut file = ::csv::Writer::from_writer(Vec::new());
        file.write_record(["to", "text"]).unwrap();
        for text in &texts {
            file.write_record(["12025550143", text]).unwrap();
        }
        let file = String::from_utf8(file.into_inner().unwrap()).unwrap();
        let rows = read_rows(&file, RowSyntax::Csv);
        prop_assert_eq!(rows.bad, vec![]);
        let read: Vec<_> = rows.good.iter().map(|row| row.text.to_string()).collect();
        prop_assert_eq!(read, texts);
    }
}
