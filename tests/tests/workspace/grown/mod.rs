//! A user's code compiles unchanged after each object has gained an optional property and
//! each routing key an entry.

/// With the current schemas.
mod today {
    use taskcluster_tests::private as events;

    include!("user.rs");
}

/// With a later version of the schemas.
mod later {
    use taskcluster_tests::grown as events;

    include!("user.rs");

    #[test]
    fn the_schemas_have_grown() {
        assert_eq!(message().payload.added_later, None);
        assert_eq!(message().routing_key.added_later, None);
        assert_eq!(binding().routing_key().unwrap(), "*.a.b");
    }
}
