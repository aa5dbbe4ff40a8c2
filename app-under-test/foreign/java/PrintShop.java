import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executors;

/**
 * A print shop over PostgreSQL: jobs wait in a queue, and whoever prints one holds an advisory lock on it, so that nobody prints it twice.
 *
 *     java PrintShop.java create    makes the tables and fills them
 *     java PrintShop.java           serves on PORT
 *
 * PRINT_VARIANT=unlock-when-printed gives the lock back only when the job was printed: see print().
 */
public class PrintShop {
    static final boolean UNLOCK_WHEN_PRINTED = "unlock-when-printed".equals(System.getenv("PRINT_VARIANT"));

    static final String SCHEMA = """
        CREATE TABLE job (id int PRIMARY KEY, customer text NOT NULL, pages int NOT NULL, printed timestamptz);
        INSERT INTO job SELECT n, 'customer ' || n % 40, n % 100 + 1, NULL FROM generate_series(0, 99999) n;
        """;

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("create")) {
            try (HikariDataSource pool = pool(1); Connection db = pool.getConnection(); Statement statement = db.createStatement()) {
                statement.execute(SCHEMA);
            }
            return;
        }
        HikariDataSource pool = pool(6);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 64);
        server.setExecutor(Executors.newFixedThreadPool(12));
        server.createContext("/health", exchange -> answer(exchange, 200, "ok"));
        server.createContext("/queue/", exchange -> serve(exchange, pool, PrintShop::queueOf));
        server.createContext("/print/", exchange -> serve(exchange, pool, PrintShop::print));
        server.start();
    }

    /** The first jobs of a customer that wait to be printed. */
    static String queueOf(Connection db, int customer) throws SQLException {
        try (PreparedStatement query = db.prepareStatement("SELECT id, pages FROM job WHERE customer = 'customer ' || ? AND printed IS NULL ORDER BY id LIMIT 5")) {
            query.setInt(1, customer);
            StringBuilder jobs = new StringBuilder("waiting:");
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) jobs.append(" ").append(rows.getInt("id")).append(" (").append(rows.getInt("pages")).append(" pages)");
            }
            return jobs.toString();
        }
    }

    /** Prints a job under its lock. The tray holds 80 pages: a longer job jams. */
    static String print(Connection db, int job) throws SQLException {
        call(db, "SELECT pg_advisory_lock(?)", job);
        if (UNLOCK_WHEN_PRINTED) {
            // The leak: the job that fails keeps its lock, and the pool gets the session back with it.
            feed(db, job);
            call(db, "SELECT pg_advisory_unlock(?)", job);
            return "printed";
        }
        try {
            feed(db, job);
        } finally {
            call(db, "SELECT pg_advisory_unlock(?)", job);
        }
        return "printed";
    }

    static void feed(Connection db, int job) throws SQLException {
        int pages = call(db, "UPDATE job SET printed = now() WHERE id = ? RETURNING pages", job);
        if (pages > 80) throw new IllegalStateException("paper jam at page 81 of " + pages);
    }

    static int call(Connection db, String sql, int argument) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            statement.setInt(1, argument);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) throw new IllegalArgumentException("no job " + argument);
                return rows.getObject(1) instanceof Integer number ? number : 0;
            }
        }
    }

    interface Page {
        String of(Connection db, int number) throws SQLException;
    }

    static void serve(HttpExchange exchange, HikariDataSource pool, Page page) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try (Connection db = pool.getConnection()) {
            answer(exchange, 200, page.of(db, Integer.parseInt(path.substring(path.lastIndexOf('/') + 1))));
        } catch (Exception error) {
            System.err.println(path + ": " + error);
            answer(exchange, 500, error.getMessage());
        }
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** DATABASE_URL is postgres://user:password@host:port/database, of which JDBC wants the parts. */
    static HikariDataSource pool(int size) {
        URI url = URI.create(System.getenv("DATABASE_URL"));
        String[] user = url.getUserInfo().split(":", 2);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath());
        config.setUsername(user[0]);
        config.setPassword(user[1]);
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }
}
