package io.dualwrite.reconciler.report.page;

import com.samskivert.mustache.DefaultCollector;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The templates beside this class. Everything that they are given is escaped for HTML. */
final class Templates {
  private static final Mustache.Compiler COMPILER =
      Mustache.compiler()
          .escapeHTML(true)
          .withCollector(new OptionalsAsLists())
          .withLoader(Templates::open);

  private Templates() {}

  /** A section over an {@code Optional} is over what it holds, if anything. */
  private static final class OptionalsAsLists extends DefaultCollector {
    @Override
    public @Nullable Iterator<?> toIterator(Object value) {
      return value instanceof Optional<?> optional
          ? optional.stream().iterator()
          : super.toIterator(value);
    }
  }

  /** Fills a template; a name that it uses and {@code values} has not is an error. */
  static String fill(String name, Object values) {
    return COMPILER.compile(open(name)).execute(values);
  }

  private static Reader open(String name) {
    try (InputStream in = Templates.class.getResourceAsStream(name + ".mustache")) {
      if (in == null) {
        throw new IllegalStateException(name + ".mustache is missing from the build");
      }
      return new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
