using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Emission;
using Portolan.Generators.Handlers;
using Portolan.Generators.Messages;
using Portolan.Generators.Sagas;
using Portolan.Generators.Symbols;

namespace Portolan.Generators;

/// <summary>Finds the messages, handlers and sagas of a service, reports what is wrong with them, and writes its AddPortolan.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class PortolanGenerator : IIncrementalGenerator
{
    /// <summary>Step names, by which the tests prove that an unrelated edit repeats no work.</summary>
    internal const string PartsStep = "Parts";

    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        context.RegisterPostInitializationOutput(static output => output.AddEmbeddedAttributeDefinition());

        var messages = Messages(context, KnownTypes.Event).Combine(Messages(context, KnownTypes.Command))
            .Select(static (both, _) => both.Left.AddRange(both.Right));
        var handlers = context.SyntaxProvider.ForAttributeWithMetadataName(
            KnownTypes.Handler, static (node, _) => node is MethodDeclarationSyntax or LocalFunctionStatementSyntax, HandlerReader.Read);
        var loads = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is MethodDeclarationSyntax { Identifier.Text: HandlerMethods.Load }, LoadReader.ReadAlone);
        var sagas = context.SyntaxProvider.CreateSyntaxProvider(static (node, _) => SagaReader.IsCandidate(node), SagaReader.Read);
        var target = context.CompilationProvider.Select(static (compilation, _) => TargetOf(compilation));

        Report(context, messages.SelectMany(static (all, _) => all.SelectMany(message => message.Found.Findings)));
        Report(context, messages.SelectMany(static (all, _) => WireNames.Duplicates(all)));
        Report(context, handlers.SelectMany(static (found, _) => found.Findings));
        Report(context, loads.SelectMany(static (found, _) => found.Findings));
        Report(context, sagas.SelectMany(static (found, _) => found.Findings));
        Emit(context, Parts(messages, handlers, sagas).Combine(target));
    }

    private static IncrementalValueProvider<ImmutableArray<FoundMessage>> Messages(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(attribute, static (_, _) => true, MessageReader.Read).Collect();

    // Places leave the data here: an edit that only moves things down ends at this step.
    private static IncrementalValueProvider<ServiceParts> Parts(
        IncrementalValueProvider<ImmutableArray<FoundMessage>> messages,
        IncrementalValuesProvider<Found<HandlerPart>> handlers,
        IncrementalValuesProvider<Found<SagaPart>> sagas) =>
        messages
            .Combine(handlers.Select(static (found, _) => found.Part).Collect())
            .Combine(sagas.Select(static (found, _) => found.Part).Collect())
            .Select(static (all, _) => ServiceParts.Of(
                all.Left.Left.Select(message => message.Found.Part).OfType<MessagePart>(),
                all.Left.Right.OfType<HandlerPart>(),
                all.Right.OfType<SagaPart>()))
            .WithTrackingName(PartsStep);

    private static Target TargetOf(Compilation compilation) => new(
        compilation.Options.OutputKind is OutputKind.ConsoleApplication or OutputKind.WindowsApplication,
        compilation.GetTypeByMetadataName(KnownTypes.Host) is not null,
        compilation.GetTypeByMetadataName(KnownTypes.Saga) is not null);

    private static void Report(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<Finding> findings) =>
        context.RegisterSourceOutput(findings, static (output, finding) => output.ReportDiagnostic(finding.ToDiagnostic()));

    private static void Emit(
        IncrementalGeneratorInitializationContext context, IncrementalValueProvider<(ServiceParts Parts, Target Target)> service) =>
        context.RegisterSourceOutput(service, static (output, service) =>
        {
            if (service.Target is { IsExecutable: true, HasHost: true })
                output.AddSource("Portolan.g.cs", SourceText.From(ServiceWriter.Write(service.Parts, service.Target.HasSagas), Encoding.UTF8));
        });
}
