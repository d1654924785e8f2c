using Portolan.Generators.Messages;

namespace Portolan.Generators.Emission;

/// <summary>Writes one message type with the delegate that reads its key.</summary>
internal static class MessageWriter
{
    public static void Write(CodeWriter code, MessagePart message)
    {
        var kind = message.IsEvent ? "Event" : "Command";
        code.Line("new global::Portolan.Core.Messages.MessageType(");
        code.Line($"    {Literals.Text(message.Name)}, typeof({message.Type}), global::Portolan.Core.Messages.MessageKind.{kind},");
        code.Line($"    {Literals.Text(message.Destination)}, {Key(message)}),");
    }

    // Every service must write a key the same way, whatever its culture.
    private static string Key(MessagePart message) => message.Key switch
    {
        null => "null",
        { IsString: true } key => $"static message => (({message.Type})message).{key.Name}",
        { } key => $"static message => (({message.Type})message).{key.Name} is {{ }} key ? string.Create(global::System.Globalization.CultureInfo.InvariantCulture, $\"{{key}}\") : null",
    };
}
