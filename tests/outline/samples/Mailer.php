<?php

declare(strict_types=1);

namespace Harbour\Post;

use DateTimeImmutable;
use Psr\Log\LoggerInterface;

interface Transport
{
    public function send(Message $message): bool;

    public function name(): string;
}

trait Retries
{
    private int $attempts = 3;

    protected function retried(callable $what): bool
    {
        for ($i = 0; $i < $this->attempts; $i++) {
            if ($what()) {
                return true;
            }
        }
        return false;
    }
}

final class Message
{
    public const SUBJECT_LENGTH = 78;

    public string $to;
    public string $subject;

    public function __construct(string $to, string $subject)
    {
        $this->to = $to;
        $this->subject = self::shortened($subject);
    }

    private static function shortened(string $subject): string
    {
        return mb_substr($subject, 0, self::SUBJECT_LENGTH);
    }
}

abstract class Mailer implements Transport
{
    use Retries;

    protected LoggerInterface $log;

    abstract protected function connect(string $host, int $port = 25);

    public function send(Message $message): bool
    {
        return $this->retried(function () use ($message) {
            $this->log->info("to {$message->to}");
            return $this->deliver($message);
        });
    }

    abstract protected function deliver(Message $message): bool;
}

class FileMailer extends Mailer
{
    public function name(): string
    {
        return 'file';
    }

    protected function connect(string $host, int $port = 25)
    {
        return fopen("/var/spool/{$host}", 'ab');
    }

    protected function deliver(Message $message): bool
    {
        $text = <<<TEXT
        function not_one() {
        class NotOne {
        TEXT;
        return fwrite($this->connect('local'), $text) !== false;
    }
}

function mailer_for(string $scheme): Transport
{
    return new FileMailer();
}

function &counter()
{
    static $count = 0;
    return $count;
}
