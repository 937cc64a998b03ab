import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.*;

/** The Java client against the broker named on the command line: admin calls, idempotent produce with each codec, group consume, offsets. */
public class JavaClient {
    static void check(boolean ok, String what) {
        if (!ok) throw new AssertionError(what);
    }

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0], topic = "java-topic";
        Map<String, Object> base = Map.of("bootstrap.servers", bootstrap);
        try (Admin admin = Admin.create(base)) {
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1).configs(Map.of("retention.ms", "123456")))).all().get(30, TimeUnit.SECONDS);
            check(admin.listTopics().names().get().contains(topic), "listTopics");
            check(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 4, "describeTopics");
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            check(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value().equals("123456"), "describeConfigs");
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(6))).all().get();
            check(admin.describeCluster().nodes().get().size() == 1, "describeCluster");
            long sent = 0;
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                Map<String, Object> config = new HashMap<>(base);
                config.put("compression.type", codec);
                config.put("linger.ms", 5);
                try (KafkaProducer<String, String> producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
                    for (int n = 0; n < 200; n++, sent++) producer.send(new ProducerRecord<>(topic, "key" + n, codec + n));
                    producer.flush();
                }
            }
            for (String protocol : List.of("classic", "consumer")) consume(admin, base, protocol, topic, sent);
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1))).all().get();
            admin.deleteConsumerGroups(List.of("java-classic", "java-consumer")).all().get();
            admin.deleteTopics(List.of(topic)).all().get();
        }
        System.out.println("all is well");
    }

    /** All records with a group of one protocol; the one of the consumer protocol subscribes with a pattern that the broker resolves. */
    static void consume(Admin admin, Map<String, Object> base, String protocol, String topic, long sent) throws Exception {
        String group = "java-" + protocol;
        Map<String, Object> config = new HashMap<>(base);
        config.put("group.id", group);
        config.put("group.protocol", protocol);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        int seen = 0;
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            if (protocol.equals("classic")) consumer.subscribe(List.of(topic));
            else consumer.subscribe(new SubscriptionPattern("java-to[a-z]+"));
            long deadline = System.currentTimeMillis() + 60000;
            while (seen < sent && System.currentTimeMillis() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    seen++;
                    check(record.key().startsWith("key"), "key");
                }
            }
            consumer.commitSync();
            check(seen == sent, "consumed " + seen + " of " + sent);
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            check(ends.values().stream().mapToLong(n -> n).sum() == sent, "endOffsets");
            ConsumerGroupDescription described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            check(described.type().toString().equalsIgnoreCase(protocol), "type " + described.type());
            check(described.members().iterator().next().assignment().topicPartitions().equals(consumer.assignment()), "assignment");
        }
        long committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
        check(committed == sent, "committed " + committed);
    }
}
