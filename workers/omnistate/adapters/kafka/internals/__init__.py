"""Every reach into what aiokafka keeps to itself; for the one version that is pinned.

aiokafka promises what its package, `admin`, `errors` and `structs` export. Whatever else the Kafka
adapter needs is here, as small functions, and nowhere else: a test looks for private members and
private modules of aiokafka in every other file, and another one that each member is there in the
pinned version. Nothing here knows a topic, a table or a port of ours.

What each reach is for, and what to do without it:

`resources`: what a client has open, since its own `stop` waits for a broker that hangs.
    tasks_of            `_sync_task` of `client` or `_client`, `_sender`, `_coordinator`
                        (`_coordination_task`, `_heartbeat_task`, `_commit_refresh_task`,
                        `_reset_committed_task`) and `_fetcher` (`_fetch_task`, `_pending_tasks`):
                        cancelled at the end, or they would connect again and again.
    futures_of          `_txn_manager._transaction_waiter`, and `_drain_waiter` of the batches in
                        `_message_accumulator` (`_batches`, `_pending_batches`): looked at, or
                        asyncio complains of a fenced producer's.
    transports_of       `_writer` of each of `_conns`: aborted, or unsent bytes keep them open.
    close_connections   `_conns`, with `CloseReason`: at once, without a word to the broker.
    vital_tasks_of      those of a group's member whose end nobody else would notice.

`fetching`: what a consumer has fetched.
    set_record_factory  `_fetcher._records`, `_partition_records`, `_consumer_record`: our records
                        are made at once; aiokafka's own would take a fifth of a restore.
    watch_fetches       `_fetcher._records`, `fetched_records`: what is fetched is looked at before
                        it is unpacked, and before it is handed out, to Faust, too.
    standing_at         `_subscription`: the ends that came with the last fetch.
    keep_fetching       `_fetcher._prefetch_backoff`: a partition that leaves fetched records unread
                        must not hold up the fetches of the others.
    next_offset, unread_count
                        `_subscription`: how far behind a partition is, without waiting;
                        `position` is a coroutine that may wait for ever.

`group_protocol`: what a member says to its group's coordinator.
    encode_subscription, encode_assignment
                        `aiokafka.coordinator.protocol`: an assignor writes and reads these.
    Coordination        `send` of `_client`; `_group_protocols` of the request to join, since
                        aiokafka joins once for each assignor; `_group`, `_generation_id` and
                        `_member_id` of a heartbeat, which aiokafka sends without the instance id:
                        a fenced member would fence its successor. And when somebody answered last.
    untaken_error_of    `_coordinator._pending_exception`: coordination stands still with an error
                        until a read raises it, and a member without partitions reads nothing.

`logins`: in the whole process, in the place of `create_conn` of aiokafka.client.
    space_out_logins    aiokafka tries a refused password ten times a second, each client by itself,
                        and keeps certificates and passwords for as long as a client lives.

`batches`: in the whole process, in the place of aiokafka's MemoryRecords and PartitionRecords.
    FetchedBatches, CheckedRecords
                        `_unpack_records` with what it uses: aiokafka ends at a batch that it cannot
                        open, loses what came before, unpacks without bound, and takes no header
                        name that is no UTF-8.

`offsets`: where partitions begin and end.
    leader_of, ask_leader
                        `_client` and `OffsetRequest`: aiokafka asks all leaders at once, and knows
                        one isolation level a consumer.

`sending`: what a producer sends.
    open_batch, appender_of, set_count
                        `BatchBuilder` with its `_builder` and `_relative_offset`: `create_batch`
                        gives no batch with a codec of its own, and its `append` is half of what it
                        costs to append a line.
    open_tolerant_batch `_DefaultRecordBatchBuilderPy`, `_set_producer_state`: any names.
    forgive_removals    `_message_accumulator._pending_batches`: where a producer fails while one
                        waits to be sent again, aiokafka raises KeyError into the loop.
    sender_of           `_sender.sender_task`: a producer that is fenced dies within, and whoever
                        asks it for something then waits for ever.

`permission_requests`: what we may do, asked so that nothing is done.
    fetch_authorized, try_group, look_for_group, try_transactional_id
                        `_send_request`: aiokafka's Metadata stops at version 5, which tells no
                        permissions, and its clients heartbeat and end transactions as themselves.

`requests`: what the admin client has no method for.
    fetch_metadata      `_send_request`, `MetadataRequest`: `describe_topics` would let a broker
                        create what it is asked for.
    fetch_offsets       `OffsetFetchRequest` to a coordinator that the caller names: an error's code
                        tells whether it has only moved.
    describe_group      `_send_request`, DescribeGroups up to version 2: with brokers that know
                        version 3, aiokafka's own ends with "Buffer underrun decoding string".
    alter_configs       IncrementalAlterConfigs (KIP-339), which aiokafka lacks: AlterConfigs would
                        reset every setting that somebody else made on the topic.

`topic_ids`: what the admin client's Metadata, of version 5, does not tell.
    fetch_topic_ids     `_send_request`, Metadata of version 10: a topic that was made anew.
"""
