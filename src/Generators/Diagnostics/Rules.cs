using Microsoft.CodeAnalysis;

namespace Portolan.Generators.Diagnostics;

/// <summary>Every rule with its stable id. The sentence, which says where and how to fix it, is written where the rule is checked.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor HandlerShape =
        Error("PORT001", "A handler is a method named Handle whose first parameter is a command or an event");

    public static readonly DiagnosticDescriptor Static = Error("PORT002", "A handler and its LoadAsync are static");

    public static readonly DiagnosticDescriptor Reachable = Error("PORT003", "Handlers and messages can be reached from generated code");

    public static readonly DiagnosticDescriptor Parameter = Error("PORT004", "A parameter can be filled");

    public static readonly DiagnosticDescriptor UnusedLoad = Warning("PORT005", "What LoadAsync loads is used");

    public static readonly DiagnosticDescriptor Result = Error("PORT006", "What a handler returns can be published");

    public static readonly DiagnosticDescriptor WireName = Error("PORT007", "A wire name is well formed and belongs to one message");

    public static readonly DiagnosticDescriptor OneHandler = Error("PORT008", "One handler in a class for a message");

    public static readonly DiagnosticDescriptor Key = Error("PORT009", "A Key names a property of its message");

    public static readonly DiagnosticDescriptor Saga = Error("PORT010", "A saga can be created");

    public static readonly DiagnosticDescriptor ForgottenAttribute = Warning("PORT011", "A Handle method beside handlers has no [Handler]");

    public static readonly DiagnosticDescriptor NullLoaded = Warning("PORT012", "LoadAsync may load null where Handle expects a value");

    public static readonly DiagnosticDescriptor Library = Warning("PORT013", "Handlers are found in executables only");

    private static DiagnosticDescriptor Error(string id, string title) =>
        new(id, title, "{0}", "Portolan", DiagnosticSeverity.Error, isEnabledByDefault: true);

    private static DiagnosticDescriptor Warning(string id, string title) =>
        new(id, title, "{0}", "Portolan", DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
