using Portolan.Generators.Handlers;

namespace Portolan.Generators.Emission;

/// <summary>Writes the methods behind a handler's delegates. What is not async in the source gets no state machine here.</summary>
internal static class HandlerWriter
{
    public static void WriteLoad(CodeWriter code, HandlerPart handler, LoadPart load, int number)
    {
        code.Line();
        code.Line($"private static async {Result} Load{number}(");
        code.Line($"    global::Portolan.Core.Handlers.MessageContext context, global::System.Threading.CancellationToken cancellationToken) =>");
        code.Line($"    await {handler.Class}.LoadAsync({Arguments(load.Arguments, handler)});");
    }

    public static void WriteHandle(CodeWriter code, HandlerPart handler, int number)
    {
        var asynchronous = handler.Result is ResultShape.Awaited or ResultShape.AwaitedValue ? "async " : "";
        code.Line();
        code.Line($"private static {asynchronous}{Result} Handle{number}(");
        code.Line("    global::Portolan.Core.Handlers.MessageContext context, global::Portolan.Core.Database.StoreTransaction transaction,");
        code.Block("    object? loaded, global::System.Threading.CancellationToken cancellationToken)", () => WriteBody(code, handler));
    }

    private const string Result = "global::System.Threading.Tasks.ValueTask<object?>";

    private static void WriteBody(CodeWriter code, HandlerPart handler)
    {
        if (handler.Arguments.Any(argument => argument.Kind is ArgumentKind.Loaded or ArgumentKind.LoadedElement))
            code.Line($"var values = ({handler.Load!.Type})loaded!;");
        var call = $"{handler.Class}.{handler.Method}({Arguments(handler.Arguments, handler)})";
        foreach (var line in Statements(call, handler.Result))
            code.Line(line);
    }

    private static string[] Statements(string call, ResultShape result) => result switch
    {
        ResultShape.Nothing => [$"{call};", "return default;"],
        ResultShape.Awaited => [$"await {call};", "return null;"],
        ResultShape.AwaitedValue => [$"return await {call};"],
        _ => [$"return new {Result}({call});"],
    };

    private static string Arguments(IEnumerable<Argument> arguments, HandlerPart handler) =>
        string.Join(", ", arguments.Select(argument => Text(argument, handler)));

    private static string Text(Argument argument, HandlerPart handler) => argument.Kind switch
    {
        ArgumentKind.Message => $"({handler.Message.Type})context.Message",
        ArgumentKind.Transaction => "transaction",
        ArgumentKind.Context => "context",
        ArgumentKind.CancellationToken => "cancellationToken",
        ArgumentKind.Loaded => "values!",
        ArgumentKind.LoadedElement => $"values.Item{argument.Element}!",
        _ => $"global::Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<{argument.Type}>(context.Services)",
    };
}
