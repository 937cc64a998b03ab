import java.io.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.*;

/** Plays the commands of standard input with Kafka's own client: what Tests/Support/TransactionPlayer does with ours. */
@SuppressWarnings("removal")
public class TransactionPlayer {
    static String servers;
    static final Map<String, KafkaProducer<String, String>> producers = new HashMap<>();
    static final Map<String, KafkaConsumer<String, String>> consumers = new HashMap<>();
    static final Map<String, Map<TopicPartition, OffsetAndMetadata>> positions = new HashMap<>();
    static final Map<String, ConsumerGroupMetadata> groups = new HashMap<>();
    static int lastGroup = 0;

    public static void main(String[] arguments) throws Exception {
        servers = arguments[0];
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = input.readLine()) != null; ) {
            String outcome;
            try {
                outcome = play(line.split(" "));
            } catch (Throwable failure) {
                Throwable error = failure instanceof ExecutionException ? failure.getCause() : failure;
                outcome = name(error) + ": " + error.getMessage();
            }
            System.out.println(line + " -> " + outcome);
            System.out.flush();
        }
    }

    static String name(Throwable error) {
        if (error instanceof IllegalStateException) return "ILLEGAL_STATE";
        boolean isPlain = error.getClass() == KafkaException.class && error.getCause() != null;
        return Errors.forException(isPlain ? error.getCause() : error).name();
    }

    static Map<String, Object> properties(String[] words, int from) {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", servers));
        for (String word : Arrays.asList(words).subList(from, words.length)) properties.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        return properties;
    }

    static KafkaConsumer<String, String> consumer(Map<String, Object> properties, String group, String topic) {
        properties.put("group.id", group);
        properties.putIfAbsent("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    static String play(String[] words) throws Exception {
        String name = words[1];
        KafkaProducer<String, String> producer = producers.get(name);
        switch (words[0]) {
            case "producer" -> producers.put(name, new KafkaProducer<>(properties(words, 2), new StringSerializer(), new StringSerializer()));
            case "consumer" -> consumers.put(name, consumer(properties(words, 4), words[2], words[3]));
            case "poll" -> { return poll(name, Integer.parseInt(words[2])); }
            case "read" -> { return read(name, words[2], Integer.parseInt(words[3])); }
            case "note" -> groups.put(name, consumers.get(name).groupMetadata());
            case "leave" -> consumers.remove(name).close();
            case "init" -> producer.initTransactions();
            case "begin" -> producer.beginTransaction();
            case "send" -> { return "ok " + producer.send(new ProducerRecord<>(words[2], words[3])).get().offset(); }
            case "queue" -> producer.send(new ProducerRecord<>(words[2], words[3]));
            case "offsets" -> producer.sendOffsetsToTransaction(
                Map.of(new TopicPartition(words[3], 0), new OffsetAndMetadata(Long.parseLong(words[4]))), new ConsumerGroupMetadata(words[2]));
            case "forward" -> producer.sendOffsetsToTransaction(positions.getOrDefault(words[2], Map.of()), groups.get(words[2]));
            case "commit" -> producer.commitTransaction();
            case "abort" -> producer.abortTransaction();
            case "close" -> producer.close();
            default -> { return "no such command"; }
        }
        return "ok";
    }

    static String poll(String name, int count) {
        List<String> values = new ArrayList<>();
        for (int round = 0; round < 300 && values.size() < count; round++) {
            for (ConsumerRecord<String, String> record : consumers.get(name).poll(Duration.ofMillis(100))) {
                values.add(record.value());
                positions.computeIfAbsent(name, any -> new HashMap<>()).put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
            }
        }
        return String.join(" ", values);
    }

    static String read(String topic, String isolation, int count) {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", servers, "isolation.level", isolation));
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(properties, "java-reader-" + ProcessHandle.current().pid() + "-" + ++lastGroup, topic)) {
            int extra = 0;
            for (int round = 0; round < 300 && extra < 5; round++) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) values.add(record.offset() + "=" + record.value());
                if (values.size() >= count) extra++;
            }
        }
        return String.join(" ", values);
    }
}
