// java Parse.java FILE…: whether Java's compiler can read them, without the classes that they import.
import com.sun.source.util.JavacTask;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

class Parse {
    public static void main(String[] files) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        try (var manager = compiler.getStandardFileManager(found, null, null)) {
            var sources = manager.getJavaFileObjectsFromStrings(List.of(files));
            ((JavacTask) compiler.getTask(null, manager, found, null, null, sources)).parse();
        }
        found.getDiagnostics().forEach(System.err::println);
        System.exit(found.getDiagnostics().isEmpty() ? 0 : 1);
    }
}
