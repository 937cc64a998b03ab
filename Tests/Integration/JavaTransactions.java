import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** Transactions through Kafka's own client: what becomes of each is printed, a line each. Arguments: address, a name, group protocol. */
class JavaTransactions {
    static String address, name, protocol;

    static KafkaProducer<String, String> producer(String id, int timeoutMs) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", address);
        settings.put("transactional.id", id);
        settings.put("transaction.timeout.ms", timeoutMs);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(String group, String isolation) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", address);
        settings.put("group.id", group);
        settings.put("group.protocol", protocol);
        settings.put("isolation.level", isolation);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "25");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Everything up to the end that the isolation level has. */
    static List<String> read(String topic, String isolation) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(name + "-reader", isolation)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end)
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) values.add(record.value());
        }
        return values;
    }

    static void send(KafkaProducer<String, String> producer, String topic, String prefix) {
        for (int n = 0; n < 3; n++) producer.send(new ProducerRecord<>(topic, prefix + n));
    }

    static Long committed(Admin admin, String group, TopicPartition partition, boolean stable) throws Exception {
        ListConsumerGroupOffsetsOptions options = new ListConsumerGroupOffsetsOptions().requireStable(stable);
        OffsetAndMetadata found = admin.listConsumerGroupOffsets(group, options).partitionsToOffsetAndMetadata().get().get(partition);
        return found == null ? null : found.offset();
    }

    /** The offset once the markers of the transaction, which are written after its end is answered, are there. */
    static Long settled(Admin admin, TopicPartition partition) throws Exception {
        Long offset = null;
        while (offset == null) offset = committed(admin, name + "-group", partition, true);
        return offset;
    }

    public static void main(String[] arguments) throws Exception {
        address = arguments[0];
        name = arguments[1];
        protocol = arguments[2];
        Admin admin = Admin.create(Map.of("bootstrap.servers", address));
        String topic = name + "-java", source = name + "-source", target = name + "-target";
        admin.createTopics(List.of(topic, source, target).stream().map(t -> new NewTopic(t, 1, (short) 1)).toList()).all().get();
        TopicPartition partition = new TopicPartition(topic, 0);

        KafkaProducer<String, String> producer = producer(name, 60000);
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, topic, "a");
        producer.commitTransaction();
        producer.beginTransaction();
        send(producer, topic, "x");
        producer.flush();
        producer.abortTransaction();
        producer.beginTransaction();
        send(producer, topic, "b");
        producer.commitTransaction();
        System.out.println("committed: " + read(topic, "read_committed"));
        System.out.println("all: " + read(topic, "read_uncommitted"));

        @SuppressWarnings("removal") ConsumerGroupMetadata group = new ConsumerGroupMetadata(name + "-group");
        producer.beginTransaction();
        producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(5)), group);
        System.out.println("offset in the open transaction: " + committed(admin, name + "-group", partition, true));
        producer.commitTransaction();
        System.out.println("offset: " + settled(admin, partition));
        producer.beginTransaction();
        producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(9)), group);
        producer.abortTransaction();
        System.out.println("offset after an abort: " + settled(admin, partition));

        KafkaProducer<String, String> newer = producer(name, 60000);
        newer.initTransactions();
        String fate = "goes on";
        try {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "zombie")).get();
            producer.commitTransaction();
        } catch (KafkaException | ExecutionException failure) {
            fate = "fenced";
        }
        System.out.println("older producer: " + fate);
        producer.close(Duration.ZERO);

        Map<String, Object> plain = Map.of("bootstrap.servers", address);
        try (KafkaProducer<String, String> filler = new KafkaProducer<>(plain, new StringSerializer(), new StringSerializer())) {
            for (int n = 0; n < 200; n++) filler.send(new ProducerRecord<>(source, String.valueOf(n)));
        }
        int copied = 0, turn = 0;
        try (KafkaConsumer<String, String> consumer = consumer(name + "-copier", "read_committed")) {
            consumer.subscribe(List.of(source));
            while (copied < 200) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
                if (records.isEmpty()) continue;
                newer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (ConsumerRecord<String, String> record : records) {
                    newer.send(new ProducerRecord<>(target, record.value()));
                    offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                }
                newer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                if (++turn % 3 == 0) {
                    newer.abortTransaction();
                    for (TopicPartition assigned : consumer.assignment()) {
                        OffsetAndMetadata place = consumer.committed(Set.of(assigned)).get(assigned);
                        consumer.seek(assigned, place == null ? 0 : place.offset());
                    }
                } else {
                    newer.commitTransaction();
                    copied += records.count();
                }
            }
        }
        List<String> copies = read(target, "read_committed");
        System.out.println("copied: " + new HashSet<>(copies).size() + " of 200, " + (copies.size() == 200 ? "each once" : copies.size() + " records"));
        newer.close();

        KafkaProducer<String, String> idle = producer(name + "-idle", 1000);
        idle.initTransactions();
        idle.beginTransaction();
        idle.send(new ProducerRecord<>(topic, "idle")).get();
        // The broker looks for transactions whose time is over at intervals of its own.
        while (!admin.describeTransactions(List.of(name + "-idle")).description(name + "-idle").get().state().toString().equals("CompleteAbort")) Thread.sleep(20);
        String end = "committed";
        try {
            idle.commitTransaction();
        } catch (KafkaException failure) {
            end = "aborted";
        }
        System.out.println("idle transaction: " + end);
        idle.close(Duration.ZERO);

        KafkaProducer<String, String> greedy = producer(name + "-greedy", 1000000);
        String answer = "granted";
        try {
            greedy.initTransactions();
        } catch (KafkaException failure) {
            answer = failure.getMessage().contains("transaction.max.timeout.ms") ? "refused" : failure.getMessage();
        }
        System.out.println("too long a time-out: " + answer);
        greedy.close(Duration.ZERO);
        admin.close();
    }
}
