"""What nodes are asked directly: a client library would choose itself whom it asks."""
from wire import Form

METADATA = (Form("topics:[id:u name:s] create:? operations:?", flexible=True),
            Form("throttle:i brokers:[id:i host:s port:i rack:s] cluster:s controller:i topics:[error:h name:s id:u internal:? "
                 "partitions:[error:h index:i leader:i epoch:i replicas:[i] isr:[i] offline:[i]] operations:i]", flexible=True))
QUORUM = (Form("topics:[name:s partitions:[index:i]]", flexible=True),
          Form("error:h topics:[name:s partitions:[index:i error:h leader:i epoch:i highWatermark:q voters:[id:i end:q fetched:q caughtUp:q] "
               "observers:[id:i end:q fetched:q caughtUp:q]]]", flexible=True))
CREATE = (Form("topics:[name:s count:i factor:h assignments:[index:i replicas:[i]] configs:[name:s value:s]] timeout:i validate:?", flexible=True),
          Form("throttle:i topics:[name:s id:u error:h message:s count:i factor:h configs:[name:s value:s fixed:? source:b sensitive:?]]", flexible=True))


def metadata(wire):
    """Metadata 12: the brokers that this one knows to be there, and every partition with leader, epoch and in-sync set."""
    answer = wire.ask(3, 12, *METADATA, (None, False, False))
    partitions = {(topic["name"], partition["index"]): partition for topic in answer["topics"] for partition in topic["partitions"]}
    return {"brokers": {broker["id"] for broker in answer["brokers"]}, "partitions": partitions}


def quorum(wire):
    """DescribeQuorum 1, which only the active controller answers; None of another."""
    answer = wire.ask(55, 1, *QUORUM, ([("__cluster_metadata", [(0,)])],))
    partition = answer["topics"][0]["partitions"][0] if answer["error"] == 0 and answer["topics"] else {"error": -1}
    return partition if partition["error"] == 0 else None


def create(name, count, configs):
    """CreateTopics 7, with three replicas; the error's code and message."""
    def question(wire):
        answer = wire.ask(19, 7, *CREATE, ([(name, count, 3, [], list(configs.items()))], 20000, False))["topics"][0]
        return answer["error"], answer["message"]
    return question
