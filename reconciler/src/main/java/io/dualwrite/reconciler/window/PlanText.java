package io.dualwrite.reconciler.window;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A plan in a form that can be kept: windows by their bounds, no SQL.
 *
 * @param chunks the windows of each chunk
 * @param from where the part of the table begins that was planned; empty: at its beginning
 * @param to where it ends, likewise
 * @param after the time before which nothing was planned, because it need not be read again
 * @param notes the plan's notes
 */
public record PlanText(
    List<List<Window>> chunks,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<Instant> after,
    List<String> notes) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public PlanText {
    chunks = List.copyOf(chunks);
    notes = List.copyOf(notes);
  }

  /** The form of {@code plan}. */
  public static PlanText of(WindowPlan plan, Optional<Instant> after) {
    return new PlanText(
        plan.chunks().stream().map(Chunk::windows).toList(),
        Optional.empty(),
        Optional.empty(),
        after,
        plan.notes());
  }

  /** The same of a part of the table. */
  public PlanText within(TimeRange range) {
    return new PlanText(chunks, range.from(), range.to(), after, notes);
  }

  /** The part that was planned; that of the caller where this is all of a table. */
  TimeRange range(TimeRange whole) {
    TimeRange part = from.isPresent() || to.isPresent() ? new TimeRange(from, to, false) : whole;
    return after.map(part::after).orElse(part);
  }

  /** All windows, by number. */
  public List<Window> windows() {
    return chunks.stream().flatMap(List::stream).toList();
  }

  /** As text. */
  public String write() {
    ObjectNode root = MAPPER.createObjectNode();
    from.ifPresent(f -> root.put("from", f.toString()));
    to.ifPresent(t -> root.put("to", t.toString()));
    after.ifPresent(a -> root.put("after", a.toString()));
    notes.forEach(root.putArray("notes")::add);
    ArrayNode lists = root.putArray("chunks");
    for (List<Window> chunk : chunks) {
      ArrayNode list = lists.addArray();
      for (Window w : chunk) {
        list.addArray().add(w.kind().name()).add(w.from()).add(w.to()).add(w.label());
      }
    }
    return root.toString();
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static PlanText read(String text) {
    try {
      JsonNode root = MAPPER.readTree(text);
      List<List<Window>> chunks = new ArrayList<>();
      for (JsonNode list : root.get("chunks")) {
        List<Window> windows = new ArrayList<>();
        for (JsonNode w : list) {
          windows.add(
              new Window(
                  Window.Kind.valueOf(w.get(0).textValue()),
                  orNull(w.get(1)),
                  orNull(w.get(2)),
                  w.get(3).textValue()));
        }
        chunks.add(windows);
      }
      List<String> notes = new ArrayList<>();
      root.get("notes").forEach(n -> notes.add(n.textValue()));
      return new PlanText(chunks, time(root, "from"), time(root, "to"), time(root, "after"), notes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a kept plan of windows cannot be read", e);
    }
  }

  private static Optional<Instant> time(JsonNode root, String name) {
    return Optional.ofNullable(root.get(name)).map(JsonNode::textValue).map(Instant::parse);
  }

  private static @Nullable String orNull(JsonNode node) {
    return node.isNull() ? null : node.textValue();
  }
}
